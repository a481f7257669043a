using System.Net;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Negotiation;

/// <summary>How long negotiations and their contexts live, how many there may be, and what comes after them.</summary>
public sealed class NegotiationLifeTests
{
    private const string Kept = "none/2005/kept/single";

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);

    public static TheoryData<string> Sessions => [.. NegotiationScene.Names.Where(n => n.EndsWith("session", StringComparison.Ordinal) && !n.StartsWith("none", StringComparison.Ordinal))];

    /// <summary>The negotiated context protects the renewal, and that of the session endorses it.</summary>
    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task Session_IsRenewedUnderAnotherContext(string name)
    {
        using var loop = NegotiationScene.Open(name, _clock, new MessageSecurityServiceOptions
        {
            TimeProvider = _clock,
            FailureAnswers = Loopback.AtOnce,
            SessionIdleTimeout = TimeSpan.FromDays(1),
            EndpointName = "loopback",
            SecurityStateEncoder = Loopback.Encoder,
        });
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var session = await loop.OpenAsync();
        await Renewals.CallAsync(loop, session);
        for (var i = 0; i < 2; i++)
        {
            // A context is for one handshake.
            _clock.Advance(TimeSpan.FromHours(7));
            Assert.Throws<InvalidOperationException>(session.StartRenewal);
            var legs = new List<string>();
            await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
            Assert.Equal(4, legs.Count);
            await Renewals.RenewAsync(loop, session);
            await Renewals.CallAsync(loop, session);
        }

        using var cancel = session.StartCancel();
        using var result = await loop.Service.ReceiveAsync(cancel.Envelope);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }

    /// <summary>As in WCF, a context that has opened a session opens no other one.</summary>
    [Fact]
    public async Task Context_ThatOpenedASession_IsForgotten()
    {
        using var loop = NegotiationScene.Open("none/2005/kept/session");
        await CountAsync(loop);
        using var handshake = loop.Client.StartSession(Loopback.Address);
        using var first = await loop.Service.ReceiveAsync(handshake.Envelope);
        Assert.Equal(FailureCode.None, Assert.IsType<ServiceResult.Respond>(first).Code);
        Assert.Equal(FailureCode.UnknownContext, await Renewals.CodeAsync(loop, handshake.Envelope));
    }

    /// <summary>Sessions that are opened at once have a context each.</summary>
    [Fact]
    public async Task ManySessions_NegotiateForEach()
    {
        using var loop = NegotiationScene.Open("username/2005/kept/session");
        var sessions = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
            return await loop.OpenAsync();
        }));
        foreach (var session in sessions)
        {
            await Renewals.CallAsync(loop, session);
            session.Dispose();
        }
    }

    /// <summary>Whoever has another name than the session was opened with renews nothing.</summary>
    [Fact]
    public async Task Session_IsNotRenewedByAnotherClient()
    {
        using var loop = NegotiationScene.Open("username/2005/kept/session", service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, password) => password == TestCredentials.Password),
        });
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var session = await loop.OpenAsync();
        await Renewals.CallAsync(loop, session);
        loop.Client.UpdateCredentials(new ClientCredentials
        {
            UserName = new UserNameCredential("mallory", TestCredentials.Password),
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var handshake = session.StartRenewal();
        await Renewals.RefusedAsync(loop, handshake, FailureCode.RenewalRefused);
        await Renewals.CallAsync(loop, session);
    }

    [Fact]
    public async Task Context_IsNegotiatedAgain_AfterThreeFifthsOfItsLife_AndNoEarlier()
    {
        using var loop = NegotiationScene.Open(Kept, _clock);
        Assert.Equal(4, await CountAsync(loop));
        _clock.Advance(TimeSpan.FromHours(5.9));
        Assert.Equal(0, await CountAsync(loop));
        _clock.Advance(TimeSpan.FromHours(0.2));
        Assert.Equal(4, await CountAsync(loop));
    }

    [Fact]
    public async Task Context_ThatExpired_IsRefused_AndNegotiatedAgain()
    {
        using var loop = NegotiationScene.Open(Kept, _clock);
        await CountAsync(loop);
        _clock.Advance(TimeSpan.FromHours(11));
        using var late = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        Assert.Equal(FailureCode.UnknownContext, await Renewals.CodeAsync(loop, late.Envelope));
        Assert.Equal(4, await CountAsync(loop));
    }

    /// <summary>A service that lost its memory does not know the context: the call fails, and the next one negotiates.</summary>
    [Fact]
    public async Task Context_ThatTheServiceForgot_IsNegotiatedAgain()
    {
        using var loop = NegotiationScene.Open(Kept);
        await CountAsync(loop);
        using var restarted = NegotiationScene.Open(Kept);
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await restarted.Service.ReceiveAsync(request.Envelope);
        var refusal = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.UnknownContext, refusal.Code);
        Assert.Equal(SecureConversationFailure.BadContextToken, Assert.Throws<SecureConversationException>(() => request.VerifyReply(refusal.Envelope)).Failure);
        Assert.Equal(4, await CountAsync(loop));
    }

    /// <summary>A context in a cookie outlives the service, and other instances read it.</summary>
    [Theory]
    [InlineData("none/2005/cookie/single")]
    [InlineData("certificate/2007/cookie/single")]
    public async Task Cookie_IsReadByAnotherInstance(string name)
    {
        using var loop = NegotiationScene.Open(name);
        await CountAsync(loop);
        using var other = NegotiationScene.Open(name);
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await other.Service.ReceiveAsync(request.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(result);
    }

    /// <summary>That of a handshake is for handshakes, and that of single messages for those.</summary>
    [Fact]
    public async Task Cookie_OfAnotherBinding_IsRefused()
    {
        using var session = NegotiationScene.Open("none/2005/cookie/session");
        await CountAsync(session);
        using var single = NegotiationScene.Open("none/2005/cookie/single");
        await CountAsync(single);
        using var handshake = session.Client.StartSession(Loopback.Address);
        using var request = single.Client.Secure(Loopback.Request(single.Binding.MessageVersion), Loopback.Address);
        using var other = NegotiationScene.Open("certificate/2005/cookie/single");
        Assert.Equal(FailureCode.UnknownContext, await Renewals.CodeAsync(other, request.Envelope));
    }

    [Fact]
    public async Task Negotiation_ThatTakesTooLong_IsOver()
    {
        using var loop = NegotiationScene.Open(Kept, _clock);
        Assert.Equal(FailureCode.PeerFault, await loop.RefusedAsync(loop.Legs(change: (n, octets) =>
        {
            if (n == 2)
            {
                _clock.Advance(TimeSpan.FromMinutes(2));
            }

            return octets;
        })));
    }

    /// <summary>Whoever begins many has no more than his share, those of others go on, and all are over in time.</summary>
    [Fact]
    public async Task Flood_OfFirstLegs_TakesTheShareOfItsSender()
    {
        using var loop = NegotiationScene.Open(Kept, _clock);
        var legs = new List<string>();
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
        var refused = 0;
        for (var i = 0; i < 200; i++)
        {
            refused += await BeginAsync(loop, legs[0], i, IPAddress.Parse("192.0.2.1")) == FailureCode.ServiceTooBusy ? 1 : 0;
        }

        Assert.InRange(refused, 72, 199);
        Assert.Equal(FailureCode.None, await BeginAsync(loop, legs[0], 1000, IPAddress.Parse("192.0.2.2")));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(FailureCode.None, await BeginAsync(loop, legs[0], 1001, IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public async Task ManyCalls_NegotiateOnce()
    {
        using var loop = NegotiationScene.Open(Kept);
        var legs = new List<string>();
        var exchange = loop.Legs(legs);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => loop.Client.EnsureNegotiatedAsync(Loopback.Address, exchange).AsTask()));
        Assert.Equal(4, legs.Count);
    }

    [Fact]
    public async Task CacheCookies_False_NegotiatesForEachCall()
    {
        var element = NegotiationScene.Binding(Kept).Element;
        using var loop = new Loopback(
            MessageSecurityBinding.Create(element with { LocalClientSettings = element.LocalClientSettings with { CacheCookies = false } }), client: NegotiationScene.Client);
        Assert.Equal(4, await CountAsync(loop));
        Assert.Equal(4, await CountAsync(loop));
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        Assert.Equal(FailureCode.None, await Renewals.CodeAsync(loop, request.Envelope));
    }

    [Fact]
    public async Task Context_IsKeptAsTheClientSays()
    {
        foreach (var change in new Func<LocalClientSecuritySettings, LocalClientSecuritySettings>[]
        {
            s => s with { CookieRenewalThresholdPercentage = 20 },
            s => s with { MaxCookieCachingTime = TimeSpan.FromHours(2) },
        })
        {
            var element = NegotiationScene.Binding(Kept).Element;
            using var loop = new Loopback(
                MessageSecurityBinding.Create(element with { LocalClientSettings = change(element.LocalClientSettings) }), _clock, client: NegotiationScene.Client);
            Assert.Equal(4, await CountAsync(loop));
            _clock.Advance(TimeSpan.FromHours(1.9));
            Assert.Equal(0, await CountAsync(loop));
            _clock.Advance(TimeSpan.FromHours(0.2));
            Assert.Equal(4, await CountAsync(loop));
        }
    }

    private static async Task<int> CountAsync(Loopback loop)
    {
        var legs = new List<string>();
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
        return legs.Count;
    }

    private static async Task<FailureCode> BeginAsync(Loopback loop, string leg, int number, IPAddress address)
    {
        leg = leg.Replace("Context=\"", $"Context=\"{number}-", StringComparison.Ordinal);
        using var result = await loop.Service.ReceiveAsync(Encoding.UTF8.GetBytes(leg), new MessageOrigin { RemoteAddress = address });
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }
}
