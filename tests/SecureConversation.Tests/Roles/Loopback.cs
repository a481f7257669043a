using Microsoft.AspNetCore.DataProtection;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>A client and a service of ours, without a transport in between.</summary>
public sealed class Loopback : IDisposable
{
    public static readonly Uri Address = new("http://localhost/echo");

    private const string Echo = "<Echo xmlns=\"urn:e\"><text>h&amp;i é</text></Echo>";

    public Loopback(MessageSecurityBinding binding, TimeProvider? clock = null, MessageSecurityServiceOptions? options = null,
        ClientCredentials? client = null, ServiceCredentials? service = null)
    {
        Binding = binding;
        Client = new MessageSecurityClient(binding, client ?? ClientCredentials, new MessageSecurityClientOptions { TimeProvider = clock ?? TimeProvider.System });
        Service = new MessageSecurityService(binding, service ?? ServiceCredentials, options ?? new MessageSecurityServiceOptions
        {
            TimeProvider = clock ?? TimeProvider.System,
            FailureAnswers = AtOnce,
            EndpointName = "loopback",
            SecurityStateEncoder = Encoder,
        });
    }

    /// <summary>Has keys of its own, for the bindings whose sessions travel in cookies.</summary>
    public static ISecurityStateEncoder Encoder { get; } = new DataProtectionSecurityStateEncoder(new EphemeralDataProtectionProvider());

    /// <summary>Refusals are answered at once: by the default, thousands of them would take minutes, and a clock that stands still would hold them for ever.</summary>
    public static FailureAnswerOptions AtOnce => new() { Step = TimeSpan.Zero };

    public MessageSecurityBinding Binding { get; }
    public MessageSecurityClient Client { get; }
    public MessageSecurityService Service { get; }

    public static ClientCredentials ClientCredentials => TestCredentials.Client;

    public static ServiceCredentials ServiceCredentials => TestCredentials.Service;

    public static byte[] Request(MessageVersion version, string body = Echo, string action = "urn:e/Echo", string extraHeaders = "") =>
        RequestWithId(version, $"urn:uuid:{Guid.NewGuid()}", body, action, extraHeaders);

    /// <param name="version">What the envelope looks like.</param>
    /// <param name="messageId">The content of the MessageID as XML; null for a request without one.</param>
    /// <param name="body">The content of the body.</param>
    /// <param name="action">The action, where the version has addressing.</param>
    /// <param name="extraHeaders">More header blocks.</param>
    public static byte[] RequestWithId(
        MessageVersion version, string? messageId, string body = Echo, string action = "urn:e/Echo", string extraHeaders = "") =>
        TestEnvelope.Create(version, version.Addressing == AddressingVersion.None ? null :
            TestEnvelope.Action(action) + (messageId is null ? "" : $"<a:MessageID>{messageId}</a:MessageID>")
            + $"<a:ReplyTo><a:Address>{TestEnvelope.Anonymous(version)}</a:Address></a:ReplyTo>"
            + $"<a:To s:mustUnderstand=\"1\">{Address}</a:To>{extraHeaders}", body);

    public static byte[] Reply(MessageVersion version, string body = "<EchoResponse xmlns=\"urn:e\"/>", string action = "urn:e/EchoResponse") =>
        TestEnvelope.WithAction(version, action, body);

    public async Task<ClientSession> OpenAsync()
    {
        using var request = Client.StartSession(Address);
        using var result = await Service.ReceiveAsync(request.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        return request.Complete(respond.Envelope);
    }

    public void Dispose() => Service.Dispose();
}
