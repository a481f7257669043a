using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Issuers write the end of the calendar for "never". One client with such a token must not change what is remembered of others.
/// </summary>
public sealed class LongLivedAssertionTests
{
    /// <summary>Until the last year that is read.</summary>
    private static TimeSpan ForEver => new DateTimeOffset(9998, 12, 30, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UtcNow;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("signed-encrypted/saml20/2007/single", false, false)]
    [InlineData("signed-encrypted/saml20/2007/single", true, false)]
    [InlineData("signed-encrypted/saml11/2005/single", false, true)]
    [InlineData("signed-encrypted/saml11/2005/single", true, true)]
    public async Task TokenForEver_DoesNotEmptyTheMemory(string binding, bool shared, bool comesFirst)
    {
        var service = IssuedBindings.Service(new()
        {
            KnownCertificates = [TestTokenIssuer.Certificate],
            AllowedAudienceUris = [Loopback.Address.AbsoluteUri],
            DetectReplayedTokens = true,
        });
        using var victim = Create(binding, new TestTokenIssuer(), service, shared);
        using var other = Create(binding, new TestTokenIssuer { Lifetime = ForEver }, service, shared);
        var (own, forEver) = (await SecureAsync(victim), await SecureAsync(other));
        foreach (var wire in comesFirst ? new[] { forEver, own } : [own, forEver])
        {
            Assert.Equal(FailureCode.None, await SendAsync(victim.Service, wire));
        }

        Assert.Equal(FailureCode.AssertionReused, await SendAsync(victim.Service, await SecureAsync(other)));
        Assert.Equal(FailureCode.AssertionReused, await SendAsync(victim.Service, await SecureAsync(victim)));
        Assert.Equal(FailureCode.Replayed, await SendAsync(victim.Service, own));
    }

    /// <summary>What is remembered of messages is forgotten in time, however long a token is valid that came with one of them.</summary>
    [Fact]
    public async Task TokenForYears_DoesNotFillTheMemoryOfMessages()
    {
        const int Capacity = 100;
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var memory = new InMemoryReplayCache(Capacity, clock);
        var service = IssuedBindings.Service(new()
        {
            KnownCertificates = [TestTokenIssuer.Certificate],
            AllowedAudienceUris = [Loopback.Address.AbsoluteUri],
            DetectReplayedTokens = true,
        });
        var issuer = new TestTokenIssuer { Clock = clock, Lifetime = TimeSpan.FromDays(3650) };
        using var issued = new Loopback(IssuedBindings.Create("signed-encrypted/saml20/2007/single"), clock, Options(clock, memory),
            IssuedBindings.Client(new DirectTokenProvider(issuer)), service);
        using var neighbour = new Loopback(Bindings.Create("mutualcert//"), clock, Options(clock, memory));
        Assert.Equal(FailureCode.None, await SendAsync(issued.Service, await SecureAsync(issued)));
        for (var i = 0; i < Capacity + 10; i++)
        {
            Assert.Equal(FailureCode.None, await SendAsync(neighbour.Service, await SecureAsync(neighbour)));
            clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(FailureCode.AssertionReused, await SendAsync(issued.Service, await SecureAsync(issued)));
    }

    [Theory]
    [InlineData("protection/saml20/2007/session")]
    [InlineData("endorsing/saml11/2005/session")]
    public async Task TokenForEver_OpensASession(string binding)
    {
        var forEver = new TestTokenIssuer { Lifetime = ForEver };
        using var loopback = Create(binding, forEver, IssuedBindings.Service(), shared: false);
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        using var session = await loopback.OpenAsync();
        Assert.True(session.Expires < DateTimeOffset.UtcNow.AddDays(2));
    }

    private static Loopback Create(string binding, TestTokenIssuer issuer, ServiceCredentials service, bool shared) => new(
        IssuedBindings.Create(binding), client: IssuedBindings.Client(new DirectTokenProvider(issuer)), service: service,
        options: Options(TimeProvider.System, shared ? new InMemoryReplayCache(10_000, TimeProvider.System) : null));

    private static MessageSecurityServiceOptions Options(TimeProvider clock, InMemoryReplayCache? memory) => new()
    {
        TimeProvider = clock,
        FailureAnswers = Loopback.AtOnce,
        EndpointName = "loopback",
        SecurityStateEncoder = Loopback.Encoder,
        ReplayCache = memory,
    };

    private static async Task<byte[]> SecureAsync(Loopback loopback)
    {
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        return secured.Envelope.ToArray();
    }

    private static async Task<FailureCode> SendAsync(MessageSecurityService service, byte[] wire)
    {
        using var result = await service.ReceiveAsync(wire, Stop);
        return result is ServiceResult.Respond respond ? respond.Code : FailureCode.None;
    }
}
