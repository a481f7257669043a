using System.Net;
using System.Text.RegularExpressions;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Tests.Support;

/// <summary>A reliable session of the engine's client over HttpClient.</summary>
internal sealed partial class ReliableClient : IAsyncDisposable
{
    private ReliableClient(SoapClient soap, ClientSession session) => (Soap, Session) = (soap, session);

    public SoapClient Soap { get; }

    public ClientSession Session { get; }

    public ReliableClientSession Sequence { get; private set; } = null!;

    /// <summary>The sequence of the replies, as the last one names it.</summary>
    public string? Offer { get; private set; }

    /// <summary>The status of each response.</summary>
    public List<HttpStatusCode> Statuses { get; } = [];

    /// <summary>Whether the response to a message is lost, by how many came before it.</summary>
    public Func<int, bool> IsLost { get; set; } = _ => false;

    public static Action<SecureConversationServiceOptions> Options(ReliableSessionBindingElement settings, Action<SecureConversationServiceOptions>? more = null) => options =>
    {
        options.ReliableSession = settings;
        more?.Invoke(options);
    };

    /// <summary>A security session, and a sequence in it unless that is not wanted.</summary>
    public static async Task<ReliableClient> OpenAsync(KestrelHost host, ReliableSessionBindingElement settings, bool isWithSequence = true)
    {
        var soap = new SoapClient(host.Http, new Uri(host.Address, "/echo"), MessageSecurityBinding.Create(Endpoints.Session, reliableSession: settings));
        var client = new ReliableClient(soap, await soap.OpenAsync());
        if (isWithSequence)
        {
            client.Sequence = await client.CreateSequenceAsync();
        }

        return client;
    }

    public Task<ReliableClientSession> CreateSequenceAsync() => Session.OpenReliableSessionAsync(SendAsync, TestContext.Current.CancellationToken);

    /// <summary>The reply of the application; null for an acknowledgement.</summary>
    public async Task<string?> CallAsync(byte[]? plain = null)
    {
        using var answer = await Sequence.CallAsync(plain ?? Envelopes.Request(), cancellationToken: TestContext.Current.CancellationToken);
        return answer.Message is { } message ? Envelopes.Text(message.Envelope) : null;
    }

    /// <summary>Sends an envelope as it is, protected, once.</summary>
    public async Task<ReliableAnswer> SendAsync(ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        using var request = Soap.Secure(Session, plain.ToArray());
        using var response = await Soap.PostAsync(request.Envelope, cancellationToken: cancellationToken);
        var entity = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        int before;
        lock (Statuses)
        {
            before = Statuses.Count;
            Statuses.Add(response.StatusCode);
        }

        if (IsLost(before))
        {
            throw new IOException("The response was lost.");
        }

        var message = entity.Length == 0 ? null : request.VerifyReply(entity);
        Offer = message is null || SequenceOf().Match(Envelopes.Text(message.Envelope)) is not { Success: true } sequence ? Offer : sequence.Groups[1].Value;
        return new ReliableAnswer(message, null);
    }

    public async ValueTask DisposeAsync()
    {
        if (Sequence is not null)
        {
            await Sequence.DisposeAsync();
        }

        Session.Dispose();
    }

    [GeneratedRegex("<r:Sequence [^>]*><r:Identifier>([^<]*)<")]
    private static partial Regex SequenceOf();
}
