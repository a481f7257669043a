using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Reliable;

/// <summary>A service with reliable sessions, and a client that writes its header blocks by hand.</summary>
internal sealed class ReliableScene : IDisposable
{
    public const string Rm11 = "http://docs.oasis-open.org/ws-rx/wsrm/200702";

    private readonly Loopback _ends;
    private readonly List<ClientSession> _sessions = [];

    public ReliableScene(ReliableSessionBindingElement? settings = null, MessageSecurityServiceOptions? options = null, TimeProvider? clock = null,
        MessageSecurity? security = null)
    {
        var binding = MessageSecurityBinding.Create(
            security ?? new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, NegotiateServiceCredential = false },
            reliableSession: (settings ?? new()) with { ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessaging11 });
        _ends = new Loopback(binding, clock, options ?? new() { FailureAnswers = Loopback.AtOnce });
    }

    public MessageSecurityService Service => _ends.Service;

    /// <summary>How often the application had a request.</summary>
    public int Executed { get; private set; }

    /// <summary>The content of the reply to each request; null for an acknowledgement.</summary>
    public Func<string?> Reply { get; set; } = () => "ok";

    /// <summary>A security session and the identifier of a sequence in it.</summary>
    public async Task<(ClientSession Session, string Sequence)> OpenAsync()
    {
        var session = await _ends.OpenAsync();
        _sessions.Add(session);
        var sequence = await session.OpenReliableSessionAsync((plain, _) => SendAsync(session, plain), TestContext.Current.CancellationToken);
        await sequence.DisposeAsync();
        return (session, sequence.Id);
    }

    public Task<ReliableAnswer> CallAsync(ClientSession session, string sequence, long number, string? acknowledgement = null) =>
        SendAsync(session, Request(sequence, number, acknowledgement));

    public byte[] Request(string sequence, long number, string? acknowledgement = null) => Loopback.Request(_ends.Binding.MessageVersion, extraHeaders:
        $"<r:Sequence xmlns:r=\"{Rm11}\" s:mustUnderstand=\"1\"><r:Identifier>{sequence}</r:Identifier><r:MessageNumber>{number}</r:MessageNumber></r:Sequence>{acknowledgement}");

    /// <summary>Closes or terminates, with or without the number of the last message.</summary>
    public Task<ReliableAnswer> EndAsync(ClientSession session, string sequence, string name, long? last) => SendAsync(session, Loopback.Request(
        _ends.Binding.MessageVersion,
        $"<r:{name} xmlns:r=\"{Rm11}\"><r:Identifier>{sequence}</r:Identifier>{(last is null ? "" : $"<r:LastMsgNumber>{last}</r:LastMsgNumber>")}</r:{name}>",
        $"{Rm11}/{name}"));

    public Task<ReliableClientSession> OpenAnotherAsync(ClientSession session) =>
        session.OpenReliableSessionAsync((plain, _) => SendAsync(session, plain), TestContext.Current.CancellationToken);

    public async Task<ReliableAnswer> SendAsync(ClientSession session, ReadOnlyMemory<byte> plain)
    {
        var secured = session.Secure(plain);
        using var result = await Service.ReceiveAsync(secured.Envelope.ToArray(), TestContext.Current.CancellationToken);
        var reply = result is ServiceResult.Respond respond ? respond.Envelope.ToArray() : Answer((ServiceResult.Dispatch)result);
        return new ReliableAnswer(reply.Length == 0 ? null : secured.VerifyReply(reply), secured);
    }

    public void Dispose()
    {
        _sessions.ForEach(s => s.Dispose());
        _ends.Dispose();
    }

    private byte[] Answer(ServiceResult.Dispatch dispatch)
    {
        Executed++;
        using var secured = Reply() is { } content
            ? dispatch.Secure(Loopback.Reply(_ends.Binding.MessageVersion, $"<EchoResponse xmlns=\"urn:e\">{content}</EchoResponse>"))
            : dispatch.Acknowledge()!;
        return secured.Envelope.ToArray();
    }
}
