using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>A client and a service of ours with an attacker between them, who is given the keys.</summary>
internal sealed partial class Scene : IDisposable
{
    /// <summary>What a service says to every request whose content is not in order, word for word.</summary>
    public const string UniformFault =
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header><a:Action xmlns:a=\"http://www.w3.org/2005/08/addressing\" "
        + "xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" s:mustUnderstand=\"1\">http://www.w3.org/2005/08/addressing/soap/fault</a:Action></s:Header><s:Body><s:Fault>"
        + "<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:f=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">f:InvalidSecurity</s:Value></s:Subcode></s:Code>"
        + "<s:Reason><s:Text xml:lang=\"en-US\">An error occurred when verifying security for the message.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>";

    private readonly ConversationDecoder _observer;

    private Scene(Loopback loopback)
    {
        Loopback = loopback;
        _observer = new ConversationDecoder(loopback.Binding, new ConversationKeys
        {
            Service = new X509Credential(TestCertificates.Service),
            Client = new X509Credential(TestCertificates.Client),
        });
    }

    public Loopback Loopback { get; }
    public ClientSession? Session { get; private set; }
    public MessageVersion Version => Loopback.Binding.MessageVersion;

    /// <summary>The key of the session; null outside sessions.</summary>
    public SymmetricKey? SessionKey { get; private set; }

    public static Task<Scene> OpenAsync(string binding, TimeProvider? clock = null, MessageSecurityServiceOptions? options = null,
        ChannelProtectionRequirements? protection = null, Func<SecurityBindingElement, SecurityBindingElement>? change = null)
    {
        var created = Bindings.Create(binding, protection: protection);
        created = change is null ? created : MessageSecurityBinding.Create(change(created.Element), created.MessageVersion, protection);
        return OpenAsync(created, clock, options);
    }

    public static async Task<Scene> OpenAsync(MessageSecurityBinding binding, TimeProvider? clock = null, MessageSecurityServiceOptions? options = null,
        ServiceCredentials? service = null, ClientCredentials? client = null)
    {
        var scene = new Scene(new Loopback(binding, clock, options, client, service));
        if (scene.Loopback.Binding.EstablishesSession)
        {
            await scene.OpenSessionAsync();
        }

        return scene;
    }

    public async Task<ClientSession> OpenSessionAsync()
    {
        using var request = Loopback.Client.StartSession(Loopback.Address);
        using var asked = _observer.Decode(request.Envelope, MessageDirection.ClientToService, DateTimeOffset.UtcNow);
        using var result = await Loopback.Service.ReceiveAsync(request.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        using var answered = _observer.Decode(respond.Envelope, MessageDirection.ServiceToClient, DateTimeOffset.UtcNow);
        Session = request.Complete(respond.Envelope);
        SessionKey = _observer.Knowledge.FindContext(Session.Id, null)?.Key;
        return Session;
    }

    public SecuredRequest Request(string? body = null, string extraHeaders = "")
    {
        var plain = body is null ? Loopback.Request(Version, extraHeaders: extraHeaders) : Loopback.Request(Version, body, extraHeaders: extraHeaders);
        return Session?.Secure(plain) ?? Loopback.Client.Secure(plain, Loopback.Address);
    }

    public Forgery Forge(ReadOnlyMemory<byte> wire) => Forgery.Open(wire, SessionKey);

    public async Task<ServiceResult> ReceiveAsync(ReadOnlyMemory<byte> wire) => await Loopback.Service.ReceiveAsync(wire);

    public async Task AcceptedAsync(ReadOnlyMemory<byte> wire)
    {
        using var result = await ReceiveAsync(wire);
        Assert.True(result is ServiceResult.Dispatch, $"refused: {(result as ServiceResult.Respond)?.Code}");
    }

    /// <summary>Refused for that reason, and nothing of the reason is told.</summary>
    public async Task RefusedAsync(ReadOnlyMemory<byte> wire, params FailureCode[] codes)
    {
        using var result = await ReceiveAsync(wire);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Contains(respond.Code, codes);
        Assert.Equal(500, respond.StatusCode);
        Assert.Equal(UniformFault, WithoutRelation(respond.Envelope));
    }

    /// <summary>
    /// The message as it was is accepted, unless its signature has had its one attempt; the next message is accepted in any case.
    /// </summary>
    public async Task GoesOnAsync(ReadOnlyMemory<byte> original)
    {
        using var result = await ReceiveAsync(original);
        Assert.True(result is ServiceResult.Dispatch or ServiceResult.Respond { Code: FailureCode.Replayed },
            $"refused: {(result as ServiceResult.Respond)?.Code}");
        using var next = Request();
        await AcceptedAsync(next.Envelope);
    }

    public static string WithoutRelation(ReadOnlyMemory<byte> fault) => RelatesTo().Replace(Encoding.UTF8.GetString(fault.Span), "");

    public void Dispose()
    {
        Session?.Dispose();
        _observer.Dispose();
        Loopback.Dispose();
    }

    [GeneratedRegex("<a:RelatesTo[^>]*>[^<]*</a:RelatesTo>")]
    private static partial Regex RelatesTo();
}
