using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>A client, and services that keep no sessions. Each service is an instance of its own; what they share is the key ring.</summary>
internal sealed partial class CookieScene : IDisposable
{
    private readonly List<MessageSecurityService> _services = [];

    public CookieScene(string binding = "mutualcert//session", Func<LocalServiceSecuritySettings, LocalServiceSecuritySettings>? settings = null,
        ClientCredentials? client = null)
    {
        Binding = Create(binding, settings);
        Client = new MessageSecurityClient(Binding, client ?? TestCredentials.Client, new MessageSecurityClientOptions { TimeProvider = Clock });
    }

    public ManualTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public KeyRing Keys { get; } = new();

    public MessageSecurityBinding Binding { get; }

    public MessageSecurityClient Client { get; }

    public static MessageSecurityBinding Create(string binding, Func<LocalServiceSecuritySettings, LocalServiceSecuritySettings>? settings = null)
    {
        var element = (SymmetricSecurityBindingElement)Bindings.Create(binding).Element;
        return MessageSecurityBinding.Create(element with
        {
            ProtectionTokenParameters = (SecureConversationSecurityTokenParameters)element.ProtectionTokenParameters! with { RequireCancellation = false },
            LocalServiceSettings = settings?.Invoke(element.LocalServiceSettings) ?? element.LocalServiceSettings,
        });
    }

    /// <summary>Starts an instance, with nothing but the keys.</summary>
    public MessageSecurityService Start(
        string name = "shop", MessageSecurityBinding? binding = null, ServiceCredentials? credentials = null, ISecurityStateEncoder? encoder = null,
        IReplayCache? replays = null, TimeSpan? idle = null)
    {
        var service = new MessageSecurityService(binding ?? Binding, credentials ?? TestCredentials.Service, new MessageSecurityServiceOptions
        {
            TimeProvider = Clock,
            FailureAnswers = Loopback.AtOnce,
            EndpointName = name,
            SecurityStateEncoder = encoder ?? Keys.CreateEncoder(),
            // One that is shared by default would outlive a restart within a process.
            ReplayCache = replays ?? new InMemoryReplayCache(10_000, Clock),
            SessionIdleTimeout = idle ?? TimeSpan.FromMinutes(10),
            LoggerFactory = RecordedLog.Current,
        });
        _services.Add(service);
        return service;
    }

    public async Task<ClientSession> OpenAsync(MessageSecurityService service, MessageSecurityClient? client = null, MessageOrigin? origin = null)
    {
        using var request = (client ?? Client).StartSession(Loopback.Address);
        using var result = await service.ReceiveAsync(request.Envelope, origin ?? MessageOrigin.Unknown);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        return request.Complete(respond.Envelope);
    }

    public byte[] Secure(ClientSession session)
    {
        using var request = session.Secure(Loopback.Request(Binding.MessageVersion));
        return request.Envelope.ToArray();
    }

    /// <summary>A call whose reply the client verifies.</summary>
    public async Task CallAsync(ClientSession session, MessageSecurityService service, Action<ServiceResult.Dispatch>? check = null, MessageOrigin? origin = null)
    {
        using var request = session.Secure(Loopback.Request(Binding.MessageVersion));
        using var result = await service.ReceiveAsync(request.Envelope, origin ?? MessageOrigin.Unknown);
        Assert.True(result is ServiceResult.Dispatch, $"refused: {(result as ServiceResult.Respond)?.Code}");
        var dispatch = (ServiceResult.Dispatch)result;
        check?.Invoke(dispatch);
        using var reply = dispatch.Secure(Loopback.Reply(Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
    }

    /// <summary>Refused, with the fault that a client understands as the end of its session.</summary>
    public static async Task RefusedAsync(MessageSecurityService service, byte[] wire, FailureCode code = FailureCode.UnknownContext)
    {
        using var result = await service.ReceiveAsync(wire);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(code, respond.Code);
        Assert.Contains("BadContextToken", Encoding.UTF8.GetString(respond.Envelope.Span), StringComparison.Ordinal);
    }

    /// <summary>The cookie of a message, in base64.</summary>
    public static string CookieOf(byte[] wire) => Cookie().Match(Encoding.UTF8.GetString(wire)).Groups[2].Value;

    public static byte[] WithCookie(byte[] wire, string cookie) => Encoding.UTF8.GetBytes(Cookie().Replace(Encoding.UTF8.GetString(wire), "${1}" + cookie + "$3"));

    public static byte[] WithoutCookie(byte[] wire) => Encoding.UTF8.GetBytes(Cookie().Replace(Encoding.UTF8.GetString(wire), ""));

    public static byte[] WithText(byte[] wire, string old, string other) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(wire).Replace(old, other, StringComparison.Ordinal));

    public void Dispose() => _services.ForEach(service => service.Dispose());

    [GeneratedRegex("(<dnse:Cookie[^>]*>)([^<]+)(</dnse:Cookie>)")]
    private static partial Regex Cookie();
}

/// <summary>Counts what is read and written.</summary>
internal sealed class CountingEncoder(ISecurityStateEncoder inner) : ISecurityStateEncoder
{
    private int _decoded;

    public int Decoded => _decoded;

    public byte[] Encode(ReadOnlySpan<byte> state) => inner.Encode(state);

    public byte[]? Decode(ReadOnlySpan<byte> encoded)
    {
        Interlocked.Increment(ref _decoded);
        return inner.Decode(encoded);
    }
}
