using System.Text;
using Microsoft.AspNetCore.DataProtection;
using SecureConversation.Binding;
using StackExchange.Redis;

namespace SecureConversation.Redis.Tests.Support;

/// <summary>One instance of a service: the engine with the stores in Redis, on a connection of its own.</summary>
internal sealed class Instance : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _connection;

    private Instance(ConnectionMultiplexer connection, SecureConversationRedis redis, MessageSecurityService service) =>
        (_connection, Redis, Service) = (connection, redis, service);

    public static MessageSecurity Security { get; } = new() { NegotiateServiceCredential = false, AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };

    public static Uri Address { get; } = new("http://localhost/farm");

    public SecureConversationRedis Redis { get; }

    public MessageSecurityService Service { get; }

    public static MessageSecurityClient Client(MessageSecurity? security = null) => new(Binding(security), TestCredentials.Client);

    public static MessageSecurityBinding Binding(MessageSecurity? security = null) => MessageSecurityBinding.Create((security ?? Security).CreateSecurityBindingElement());

    public static byte[] Request() => TestEnvelope.Create(MessageVersion.Default,
        $"{TestEnvelope.Action("urn:f/Echo")}<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID><a:To s:mustUnderstand=\"1\">{Address}</a:To>", "<Echo xmlns=\"urn:f\"/>");

    public static async Task<Instance> StartAsync(RedisServer server, IDataProtectionProvider protection, SecureConversationRedisOptions? options = null,
        MessageSecurity? security = null)
    {
        var connection = await server.ConnectAsync();
        var redis = new SecureConversationRedis(connection, protection, options, RecordedLog.Current);
        var service = new MessageSecurityService(Binding(security), TestCredentials.Service, new MessageSecurityServiceOptions
        {
            SessionStore = redis.SessionStore,
            ReplayCache = redis.ReplayCache,
            EndpointName = "farm",
            Address = Address,
            LoggerFactory = RecordedLog.Current,
            FailureAnswers = new() { Step = TimeSpan.Zero },
        });
        return new Instance(connection, redis, service);
    }

    public async Task<ClientSession> OpenAsync(MessageSecurityClient client)
    {
        using var handshake = client.StartSession(Address);
        using var result = await Service.ReceiveAsync(handshake.Envelope, TestContext.Current.CancellationToken);
        return handshake.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }

    public async Task CancelAsync(ClientSession session)
    {
        using var cancel = session.StartCancel();
        using var result = await Service.ReceiveAsync(cancel.Envelope, TestContext.Current.CancellationToken);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }

    public async Task RenewAsync(ClientSession session)
    {
        using var handshake = session.StartRenewal();
        using var result = await Service.ReceiveAsync(handshake.Envelope, TestContext.Current.CancellationToken);
        Assert.Same(session, handshake.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope));
    }

    /// <summary>One call; the code of its refusal, or None where the service was called and its reply verifies.</summary>
    public async Task<FailureCode> CallAsync(ClientSession session)
    {
        using var request = session.Secure(Request());
        return await CallAsync(request);
    }

    public async Task<FailureCode> CallAsync(SecuredRequest request)
    {
        using var result = await Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        if (result is not ServiceResult.Dispatch dispatch)
        {
            return ((ServiceResult.Respond)result).Code;
        }

        using var reply = dispatch.Secure(TestEnvelope.WithAction(MessageVersion.Default, "urn:f/EchoResponse", "<EchoResponse xmlns=\"urn:f\"/>"));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Contains("EchoResponse", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
        return FailureCode.None;
    }

    public async ValueTask DisposeAsync()
    {
        Service.Dispose();
        await Redis.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
