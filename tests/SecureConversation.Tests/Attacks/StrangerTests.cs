using System.Net;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Credentials;
using SecureConversation.Tests.Crypto;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Handshakes of strangers: nobody uses up what all share, and what cannot be accepted costs no private key operation.</summary>
public sealed class StrangerTests
{
    private static readonly MessageOrigin Flood = new() { HasNoAddress = true, RemoteAddress = IPAddress.Parse("2001:db8::1") };
    private static readonly MessageOrigin SameNetwork = new() { HasNoAddress = true, RemoteAddress = IPAddress.Parse("2001:db8::2") };
    private static readonly MessageOrigin Honest = new() { HasNoAddress = true, RemoteAddress = IPAddress.Parse("192.0.2.1") };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PendingSessionsOfOneAddress_LeaveRoomForAnother()
    {
        using var loopback = new Loopback(Bindings.Create("anonymous//session"), new ManualTimeProvider(DateTimeOffset.UtcNow));
        Assert.Equal(96, await CountOpenedAsync(loopback.Service, loopback.Client, 97, Flood));
        Assert.Equal(FailureCode.ServiceTooBusy, await OpenAsync(loopback.Service, loopback.Client, SameNetwork));
        Assert.Equal(10, await CountOpenedAsync(loopback.Service, loopback.Client, 10, Honest));
    }

    [Fact]
    public async Task PendingSessionsOfOneClient_LeaveRoomForAnotherOneAtTheSameAddress()
    {
        var binding = Bindings.Create("username//session");
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var log = new RecordedLog();
        using var service = new MessageSecurityService(binding, new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
        }, new() { TimeProvider = clock, LoggerFactory = log });
        Assert.Equal(96, await CountOpenedAsync(service, Client(binding, clock, "mallory"), 97, Flood));
        Assert.Contains(log.Entries, e => e.Text.Contains("MaxPendingSessions, share of the sender", StringComparison.Ordinal));
        Assert.Equal(10, await CountOpenedAsync(service, Client(binding, clock, "alice"), 10, Flood));

        // From another address it is the same client.
        Assert.Equal(FailureCode.ServiceTooBusy, await OpenAsync(service, Client(binding, clock, "mallory"), Honest));
    }

    /// <summary>Whoever has a site of 48 bits has 65,536 addresses that count apart.</summary>
    [Fact]
    public async Task PendingSessionsOfOneNetwork_LeaveRoomForAnother()
    {
        using var loopback = new Loopback(Bindings.Create("anonymous//session"), new ManualTimeProvider(DateTimeOffset.UtcNow));
        var opened = 0;
        for (var i = 0; i < 120; i++)
        {
            var origin = new MessageOrigin { HasNoAddress = true, RemoteAddress = IPAddress.Parse($"2001:db8:7:{i}::1") };
            opened += await OpenAsync(loopback.Service, loopback.Client, origin) == FailureCode.None ? 1 : 0;
        }

        Assert.Equal(110, opened);
        Assert.Equal(5, await CountOpenedAsync(loopback.Service, loopback.Client, 5, Honest));
    }

    /// <summary>A directory takes them for the same user, so whoever knows one password could have as many shares as there are spellings.</summary>
    [Fact]
    public async Task PendingSessionsOfOneClient_ByAnotherSpellingOfHisName_AreHisAsWell()
    {
        var binding = Bindings.Create("username//session");
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var service = new MessageSecurityService(binding, new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
        }, new() { TimeProvider = clock });
        Assert.Equal(96, await CountOpenedAsync(service, Client(binding, clock, "mallory"), 97, Flood));
        foreach (var spelling in new[] { "Mallory", "MALLORY ", "mal\u200Dlory" })
        {
            Assert.Equal(FailureCode.ServiceTooBusy, await OpenAsync(service, Client(binding, clock, spelling), Honest));
        }

        // Names that nobody can tell for one have the share of their address together.
        var others = 0;
        for (var i = 0; i < 30; i++)
        {
            others += await OpenAsync(service, Client(binding, clock, $"mallory+{i}"), Flood) == FailureCode.None ? 1 : 0;
        }

        Assert.Equal(14, others);
    }

    [Fact]
    public async Task HandshakesUnderWayOfOneAddress_LeaveRoomForAnother()
    {
        var binding = Bindings.Create("username//session");
        var isValid = new TaskCompletionSource<bool>();
        var asked = new Waiting(isValid.Task);
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var service = new MessageSecurityService(binding, new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            UserNamePasswordValidator = asked,
        }, new() { FailureAnswers = Loopback.AtOnce, TimeProvider = clock });
        var client = Client(binding, clock, "alice");
        var running = Enumerable.Range(0, 96).Select(_ => OpenAsync(service, client, Flood)).ToArray();
        // The share of the address is full. The clock stands still, so no turn ends by itself: this one waits, and holds up nobody.
        var late = OpenAsync(service, client, Flood);
        var honest = OpenAsync(service, Client(binding, clock, "bob"), Honest);
        while (asked.Count < 97)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.False(late.IsCompleted);
        isValid.SetResult(true);
        Assert.Equal(FailureCode.None, await honest);

        // The place of a handshake is free then, but the address has its share of sessions that wait for their first message.
        Assert.Equal(96, (await Task.WhenAll([.. running, late])).Count(code => code == FailureCode.None));
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert//single")]
    [InlineData("username//single")]
    public async Task RepeatedMessage_CostsNoPrivateKeyOperation(string binding)
    {
        using var key = TestCertificates.Service.GetRSAPrivateKey()!;
        using var counting = new TokenRsa(key);
        using var scene = Counted(binding, counting, out var clock);
        using var request = scene.Binding.EstablishesSession ? null : scene.Client.Secure(Loopback.Request(scene.Binding.MessageVersion), Loopback.Address);
        using var handshake = scene.Binding.EstablishesSession ? scene.Client.StartSession(Loopback.Address) : null;
        var wire = request?.Envelope ?? handshake!.Envelope;
        using var first = await scene.Service.ReceiveAsync(wire, Honest, Stop);
        Assert.Equal(1, counting.Decryptions);

        using var again = await scene.Service.ReceiveAsync(wire, Flood, Stop);
        Assert.Equal((FailureCode.Replayed, 1), (Assert.IsType<ServiceResult.Respond>(again).Code, counting.Decryptions));

        clock.Advance(TimeSpan.FromHours(1));
        using var late = await scene.Service.ReceiveAsync(wire, Flood, Stop);
        Assert.Equal((FailureCode.Expired, 1), (Assert.IsType<ServiceResult.Respond>(late).Code, counting.Decryptions));
    }

    [Fact]
    public async Task KeyOfAnotherLength_CostsNoPrivateKeyOperation()
    {
        using var key = TestCertificates.Service.GetRSAPrivateKey()!;
        using var counting = new TokenRsa(key);
        using var scene = Counted("mutualcert//session", counting, out _);
        using var handshake = scene.Client.StartSession(Loopback.Address);
        var message = Forgery.Load(handshake.Envelope);
        Forgery.Descendant(message.DocumentElement!, "CipherValue").InnerText = Convert.ToBase64String(new byte[128]);
        using var result = await scene.Service.ReceiveAsync(System.Text.Encoding.UTF8.GetBytes(message.OuterXml), Flood, Stop);
        var refused = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal((FailureCode.DecryptionFailed, 0), (refused.Code, counting.Decryptions));
        Assert.Contains("InvalidSecurity", System.Text.Encoding.UTF8.GetString(refused.Envelope.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    public async Task CertificateOfAStranger_MakesTheServiceAskNobody(string binding)
    {
        await using var server = new RevocationServer();
        using var root = DatedCertificates.Root();
        using var stranger = DatedCertificates.Of("CN=Nobody", "CN=Stranger", server.Address);
        using var loopback = Online(binding, root, stranger);
        using var result = await loopback.Service.ReceiveAsync(First(loopback), Flood, Stop);
        Assert.Equal(FailureCode.UntrustedCertificate, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Equal(0, server.Questions);
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    public async Task SlowRevocationList_HoldsNoThreadOfTheCaller(string binding)
    {
        await using var server = new RevocationServer();
        using var root = DatedCertificates.Root();
        using var client = DatedCertificates.Of(root, "CN=client", server.Address);
        using var loopback = Online(binding, root, client);
        var waiting = loopback.Service.ReceiveAsync(First(loopback), Flood, Stop).AsTask();
        await server.Asked;
        Assert.False(waiting.IsCompleted);

        server.Answer(DatedCertificates.RevocationList(root, null));
        using var result = await waiting;
        Assert.True(result is ServiceResult.Dispatch or ServiceResult.Respond { Code: FailureCode.None }, $"{(result as ServiceResult.Respond)?.Code}");
    }

    private static Loopback Online(string binding, X509Certificate2 root, X509Certificate2 client) => new(
        Bindings.Create(binding), new ManualTimeProvider(DatedCertificates.Now),
        client: new()
        {
            ClientCertificate = new X509Credential(client),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = new() { Mode = X509CertificateValidationMode.None },
        },
        service: new() { ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate, ClientCertificateValidation = new() { CustomTrustRoots = [root] } });

    private static ReadOnlyMemory<byte> First(Loopback loopback) => loopback.Binding.EstablishesSession
        ? loopback.Client.StartSession(Loopback.Address).Envelope
        : loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address).Envelope;

    private static Loopback Counted(string binding, TokenRsa key, out ManualTimeProvider clock)
    {
        clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        return new Loopback(Bindings.Create(binding), clock, service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service, key),
            ClientCertificateValidation = TestCredentials.TrustAuthority,
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
        });
    }

    private static MessageSecurityClient Client(MessageSecurityBinding binding, TimeProvider clock, string user) => new(binding, new ClientCredentials
    {
        UserName = new UserNameCredential(user, ""),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    }, new() { TimeProvider = clock });

    private static async Task<FailureCode> OpenAsync(MessageSecurityService service, MessageSecurityClient client, MessageOrigin origin)
    {
        using var request = client.StartSession(Loopback.Address);
        using var result = await service.ReceiveAsync(request.Envelope, origin, Stop);
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }

    private static async Task<int> CountOpenedAsync(MessageSecurityService service, MessageSecurityClient client, int count, MessageOrigin origin)
    {
        var opened = 0;
        for (var i = 0; i < count; i++)
        {
            opened += await OpenAsync(service, client, origin) == FailureCode.None ? 1 : 0;
        }

        return opened;
    }

    private sealed class Waiting(Task<bool> isValid) : UserNamePasswordValidator
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override ValueTask<bool> ValidateAsync(string userName, string password, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return new(isValid.WaitAsync(cancellationToken));
        }
    }
}
