using System.Security.Claims;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Tokens;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>Sessions whose state travels in a cookie: RequireCancellation is false, and the service keeps nothing.</summary>
public sealed class CookieSessionTests : IDisposable
{
    private readonly CookieScene _scene = new();

    public static TheoryData<string> AllBindings =>
    [
        "mutualcert//session", "mutualcert-2007//session", "mutualcert/no-derived/session", "mutualcert-2007/encrypt-first/session",
        "mutualcert-wss10//session", "duplex//session", "anonymous//session", "username//session", "username/server-entropy/session",
    ];

    [Theory]
    [MemberData(nameof(AllBindings))]
    public async Task Session_OutlivesARestart(string binding)
    {
        using var scene = new CookieScene(binding);
        var before = scene.Start();
        using var session = await scene.OpenAsync(before);
        ClaimsPrincipal? user = null;
        await scene.CallAsync(session, before, d => user = d.User);
        before.Dispose();

        var after = scene.Start();
        await scene.CallAsync(session, after, d => AssertSame(user!, d.User));
        await scene.CallAsync(session, after, d => AssertSame(user!, d.User));
    }

    /// <summary>Each is restarted between any two messages, and the opener is not among those that serve.</summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert-2007//session")]
    public async Task Session_IsServedByInstancesWithoutSharedMemory(string binding)
    {
        using var scene = new CookieScene(binding);
        using var session = await scene.OpenAsync(scene.Start());
        var (one, other) = (scene.Start(), scene.Start());
        for (var i = 0; i < 5; i++)
        {
            await scene.CallAsync(session, one);
            await scene.CallAsync(session, other);
        }
    }

    [Fact]
    public async Task Service_KeepsNothingAndGivesTheApplicationNoSession()
    {
        var service = _scene.Start();
        using var request = _scene.Client.StartSession(Loopback.Address);
        using var result = await service.ReceiveAsync(request.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Null(respond.Opened);
        Assert.Equal(0, service.SessionCount);

        using var session = request.Complete(respond.Envelope);
        Assert.False(session.RequiresCancel);
        await _scene.CallAsync(session, service, d =>
        {
            Assert.Null(d.Session);
            Assert.Equal(TestCertificates.Client.RawData, d.ClientCertificate?.RawData);
            AssertSame(ClientIdentity.FromCertificate(TestCertificates.Client), d.User);
        });
        Assert.Equal(0, service.SessionCount);
    }

    [Fact]
    public async Task User_OfEachRequestIsItsOwn()
    {
        var service = _scene.Start();
        using var session = await _scene.OpenAsync(service);
        await _scene.CallAsync(session, service, d => ((ClaimsIdentity)d.User.Identity!).AddClaim(new Claim("urn:mine", "1")));
        await _scene.CallAsync(session, service, d => Assert.False(d.User.HasClaim("urn:mine", "1")));
    }

    /// <summary>In base64, for a client with a key of 2,048 bits: the certificate is most of it.</summary>
    [Theory]
    [InlineData("mutualcert//session", 1536)]
    [InlineData("mutualcert-2007//session", 1536)]
    [InlineData("username//session", 320)]
    [InlineData("anonymous//session", 320)]
    public async Task Cookie_IsSmall(string binding, int most)
    {
        Assert.Equal(2048, TestCertificates.Client.PublicKey.GetRSAPublicKey()!.KeySize);
        using var scene = new CookieScene(binding);
        using var session = await scene.OpenAsync(scene.Start());
        var cookie = CookieScene.CookieOf(scene.Secure(session));
        Assert.InRange(cookie.Length, 100, most);
        TestContext.Current.TestOutputHelper!.WriteLine($"{binding}: {cookie.Length} of {TestCertificates.Client.RawData.Length} octets of certificate");
    }

    [Fact]
    public async Task Token_IsAsWcfWritesIt()
    {
        var service = _scene.Start();
        using var session = await _scene.OpenAsync(service);
        Assert.Matches($"<c:SecurityContextToken xmlns:c=\"[^\"]+\" xmlns:u=\"[^\"]+\" u:Id=\"[^\"]+\"><c:Identifier>{session.Id}</c:Identifier>"
            + "<dnse:Cookie xmlns:dnse=\"http://schemas.microsoft.com/ws/2006/05/security\">[A-Za-z0-9+/=]+</dnse:Cookie></c:SecurityContextToken>",
            Encoding.UTF8.GetString(_scene.Secure(session)));
    }

    [Fact]
    public async Task Cancel_IsNotAllowed()
    {
        var service = _scene.Start();
        using var session = await _scene.OpenAsync(service);
        Assert.Throws<InvalidOperationException>(session.StartCancel);

        // A client that thinks it should.
        var cancelling = Bindings.Create("mutualcert//session");
        var client = new MessageSecurityClient(cancelling, TestCredentials.Client, new MessageSecurityClientOptions { TimeProvider = _scene.Clock });
        using var opened = await _scene.OpenAsync(service, client);
        using var cancel = opened.StartCancel();
        using var result = await service.ReceiveAsync(cancel.Envelope);
        Assert.Equal(FailureCode.CancellationNotAllowed, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public async Task Session_EndsWithIssuedCookieLifetime()
    {
        using var scene = new CookieScene(settings: s => s with { IssuedCookieLifetime = TimeSpan.FromMinutes(30) });
        var service = scene.Start();
        using var session = await scene.OpenAsync(service);
        Assert.Equal(scene.Clock.UtcNow + TimeSpan.FromMinutes(30), session.Expires, TimeSpan.FromSeconds(1));
        scene.Clock.Advance(TimeSpan.FromMinutes(29));
        await scene.CallAsync(session, service);
        scene.Clock.Advance(TimeSpan.FromMinutes(2));
        await CookieScene.RefusedAsync(service, scene.Secure(session), FailureCode.ContextKeyExpired);
        await CookieScene.RefusedAsync(scene.Start(), scene.Secure(session), FailureCode.ContextKeyExpired);
    }

    [Fact]
    public async Task PendingSessions_AreNotCounted()
    {
        using var scene = new CookieScene(settings: s => s with { MaxPendingSessions = 1 });
        var service = scene.Start();
        using var first = await scene.OpenAsync(service);
        for (var i = 0; i < 20; i++)
        {
            using var another = await scene.OpenAsync(service);
        }

        await scene.CallAsync(first, service);
    }

    /// <summary>As with WCF, a restart forgets which messages were accepted; a memory that outlives it does not.</summary>
    [Fact]
    public async Task Replay_AfterARestart_IsRefusedWhereTheMemoryOutlivesIt()
    {
        var memory = new InMemoryReplayCache(10_000, _scene.Clock);
        var before = _scene.Start(replays: memory);
        using var session = await _scene.OpenAsync(before);
        var wire = _scene.Secure(session);
        await AcceptedAsync(before, wire);
        before.Dispose();

        using (var refused = await _scene.Start(replays: memory).ReceiveAsync(wire))
        {
            Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(refused).Code);
        }

        await AcceptedAsync(_scene.Start(), wire);
    }

    [Fact]
    public void ServiceWithoutSharedMemory_SaysSoOnce()
    {
        using var service = new MessageSecurityService(_scene.Binding, TestCredentials.Service, new MessageSecurityServiceOptions
        {
            EndpointName = "shop",
            SecurityStateEncoder = _scene.Keys.CreateEncoder(),
            LoggerFactory = RecordedLog.Current,
        });
        Assert.Single(RecordedLog.Current.Entries, e => e.Id == 50);
    }

    [Fact]
    public void MissingEncoderOrName_IsRefusedInWords()
    {
        foreach (var options in new MessageSecurityServiceOptions[]
        {
            new(), new() { EndpointName = "shop" }, new() { SecurityStateEncoder = Loopback.Encoder }, new() { SecurityStateEncoder = Loopback.Encoder, EndpointName = new string('x', 201) },
        })
        {
            var e = Assert.Throws<ArgumentException>(() => new MessageSecurityService(_scene.Binding, TestCredentials.Service, options));
            Assert.Contains("RequireCancellation = false", e.Message, StringComparison.Ordinal);
            Assert.Contains("SecurityStateEncoder", e.Message, StringComparison.Ordinal);
            Assert.Contains("EndpointName", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void SessionStore_IsRefusedInWords()
    {
        var e = Assert.Throws<ArgumentException>(() => new MessageSecurityService(_scene.Binding, TestCredentials.Service, new MessageSecurityServiceOptions
        {
            EndpointName = "shop",
            SecurityStateEncoder = Loopback.Encoder,
            SessionStore = new OctetStore(),
        }));
        Assert.Contains("SessionStore has no effect where RequireCancellation is false", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _scene.Dispose();

    internal static void AssertSame(ClaimsPrincipal expected, ClaimsPrincipal actual)
    {
        Assert.Equal(expected.Identities.Select(Describe), actual.Identities.Select(Describe));

        static string Describe(ClaimsIdentity identity) => $"{identity.AuthenticationType}|{identity.NameClaimType}|{identity.RoleClaimType}|{identity.Label}|"
            + string.Join('\n', identity.Claims.Select(c => $"{c.Type}|{c.Value}|{c.ValueType}|{c.Issuer}|{c.OriginalIssuer}|{string.Join(',', c.Properties)}"));
    }

    private static async Task AcceptedAsync(MessageSecurityService service, byte[] wire)
    {
        using var result = await service.ReceiveAsync(wire);
        Assert.True(result is ServiceResult.Dispatch, $"refused: {(result as ServiceResult.Respond)?.Code}");
    }
}
