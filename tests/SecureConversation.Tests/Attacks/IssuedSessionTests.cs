using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Sessions over a protected transport that issued tokens opened: they end with the token, and stay those of its holder.</summary>
public sealed class IssuedSessionTests
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("issued/session")]
    [InlineData("issued/cookie")]
    [InlineData("issued-asymmetric/cookie-derived")]
    [InlineData("issued-bearer/derived")]
    [InlineData("issued-bearer/cookie")]
    public async Task Session_EndsWithItsToken(string name)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var scene = Create(name, new TestTokenIssuer { Clock = clock, Lifetime = TimeSpan.FromMinutes(4) }, clock);
        using var session = await scene.OpenAsync();
        await scene.CallAsync(session);
        clock.Advance(TimeSpan.FromMinutes(4) + Skew - TimeSpan.FromSeconds(1));
        Assert.Equal(FailureCode.None, await SendAsync(scene, session));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains(await SendAsync(scene, session), new[] { FailureCode.ContextKeyExpired, FailureCode.UnknownContext });
    }

    /// <summary>The skew is given once: a session that is opened within it does not get it again.</summary>
    [Theory]
    [InlineData("issued/session")]
    [InlineData("issued-bearer/cookie")]
    public async Task Session_OpenedAtTheLastMoment_EndsThen(string name)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var issuer = new TestTokenIssuer { Clock = clock, Lifetime = TimeSpan.FromMinutes(4) };
        using var scene = Create(name, issuer, clock);
        await scene.Client.EnsureIssuedTokensAsync(Loopback.Address, TestContext.Current.CancellationToken);
        var end = clock.GetUtcNow() + issuer.Lifetime + Skew;
        using var request = scene.Client.StartSession(Loopback.Address);
        clock.Advance(TimeSpan.FromMinutes(4) + Skew - TimeSpan.FromSeconds(1));
        using var result = await scene.Service.ReceiveAsync(request.Envelope, TransportScene.Secure, TestContext.Current.CancellationToken);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        using var session = request.Complete(respond.Envelope);
        Assert.InRange(session.Expires, end.AddSeconds(-1), end);
        Assert.Equal(FailureCode.None, await SendAsync(scene, session));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains(await SendAsync(scene, session), new[] { FailureCode.ContextKeyExpired, FailureCode.UnknownContext });
    }

    [Theory]
    [InlineData("issued/session")]
    [InlineData("issued-asymmetric/derived")]
    [InlineData("issued-bearer/session")]
    public async Task Renewal_WithTheTokenOfAnother_IsRefused(string name)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var issuer = new TestTokenIssuer { Clock = clock };
        using var scene = Create(name, issuer, clock);
        using var session = await scene.OpenAsync();
        await scene.CallAsync(session);
        foreach (var (subject, sts, code) in new[]
        {
            ("mallory", "urn:test:sts", FailureCode.RenewalRefused),
            ("alice", "urn:other:sts", FailureCode.RenewalRefused),
            ("alice", "urn:test:sts", FailureCode.None),
        })
        {
            (issuer.Subject, issuer.Name) = (subject, sts);
            await scene.Client.EnsureIssuedTokensAsync(Loopback.Address, TestContext.Current.CancellationToken);
            using var renewal = session.StartRenewal();
            Assert.Equal(code, await scene.CodeAsync(renewal.Envelope));
        }
    }

    private static TransportScene Create(string name, TestTokenIssuer issuer, ManualTimeProvider clock) => new(
        name, clock: clock, service: TransportScene.WithCertificate, client: new()
        {
            IssuedTokenProvider = new DirectTokenProvider(issuer),
            IssuedToken = new() { CacheIssuedTokens = false },
        });

    private static async Task<FailureCode> SendAsync(TransportScene scene, ClientSession session)
    {
        using var request = session.Secure(scene.Plain());
        return await scene.CodeAsync(request.Envelope);
    }
}
