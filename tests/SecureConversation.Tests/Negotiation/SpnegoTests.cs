using System.Net;
using System.Security.Claims;
using System.Text;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Negotiation;

/// <summary>SPNEGO between our two sides, with a real KDC.</summary>
[Collection(SpnegoTestGroup.Name)]
public sealed class SpnegoTests(SpnegoScene scene)
{
    private const string Alice = $"{KerberosRealm.User}@{KerberosRealm.Name}";

    public static TheoryData<string, bool> AllBindings
    {
        get
        {
            var all = new TheoryData<string, bool>();
            foreach (var name in SpnegoScene.Names)
            {
                all.Add(name, true);
                all.Add(name, false);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(AllBindings))]
    public async Task Binding_CarriesRequestsAndReplies(string name, bool hasPassword)
    {
        scene.Realm.RemoveTickets();
        if (!hasPassword)
        {
            scene.Realm.GetTickets();
        }

        using var loop = scene.Open(name, SpnegoScene.Client(hasPassword ? SpnegoScene.Alice : null));
        var legs = new List<string>();
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
        Assert.Equal(2, legs.Count);
        Assert.Contains("/spnego\"", legs[0], StringComparison.Ordinal);
        Assert.Contains("/spnego#GSS_Wrap\"", legs[1], StringComparison.Ordinal);

        using var session = loop.Binding.EstablishesSession ? await loop.OpenAsync() : null;
        for (var i = 0; i < 3; i++)
        {
            using var request = session?.Secure(Loopback.Request(loop.Binding.MessageVersion))
                ?? loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
            using var result = await loop.Service.ReceiveAsync(request.Envelope);
            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            Assert.Equal(session is null, dispatch.Session is null);
            RequireAlice(dispatch.User);
            Assert.DoesNotContain("h&amp;i", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);
            using var reply = dispatch.Secure(Loopback.Reply(loop.Binding.MessageVersion));
            using var verified = request.VerifyReply(reply.Envelope);
            Assert.Contains("EchoResponse", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
        }

        if (session is null)
        {
            // The context serves them all.
            await loop.Client.EnsureNegotiatedAsync(Loopback.Address, (_, _) => throw new InvalidOperationException("negotiated again"));
        }
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(null, false)]
    [InlineData(KerberosRealm.Spn, false)]
    public async Task Client_AsksForTheIdentity_OrForTheHost_WithOrWithoutNtlm(string? spn, bool allowNtlm)
    {
        using var loop = scene.Open(client: SpnegoScene.Client(SpnegoScene.Alice, spn, allowNtlm));
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        RequireAlice(await UserOfAsync(loop));
    }

    [Fact]
    public async Task DnsIdentity_NamesTheHost()
    {
        using var loop = scene.Open(client: new ClientCredentials
        {
            Windows = new WindowsClientCredential { ClientCredential = SpnegoScene.Alice },
            ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
        });
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        RequireAlice(await UserOfAsync(loop));
    }

    [Fact]
    public async Task Cookie_IsReadByAnotherInstance_WithTheIdentity()
    {
        using var loop = scene.Open("windows/2007/cookie/single");
        using var other = scene.Open("windows/2007/cookie/single");
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await other.Service.ReceiveAsync(request.Envelope);
        RequireAlice(Assert.IsType<ServiceResult.Dispatch>(result).User);
    }

    [Fact]
    public async Task Authenticator_GivesRoles_AfterTheProof()
    {
        var asked = 0;
        using var loop = scene.Open(service: new ServiceCredentials
        {
            WindowsAuthenticator = new Authenticator(user =>
            {
                asked++;
                RequireAlice(user);
                ((ClaimsIdentity)user.Identity!).AddClaim(new Claim(ClaimTypes.Role, "clerk"));
                return user;
            }),
        });
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        Assert.True((await UserOfAsync(loop)).IsInRole("clerk"));
        Assert.True((await UserOfAsync(loop)).IsInRole("clerk"));
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("null", FailureCode.InvalidCredentials)]
    [InlineData("nameless", FailureCode.InvalidCredentials)]
    [InlineData("throws", FailureCode.ValidatorFailed)]
    public async Task Authenticator_Refuses(string how, FailureCode expected)
    {
        if (how == "throws")
        {
            RecordedLog.Current.AllowErrors(entry => entry.IsOfTheLibrary);
        }

        using var loop = scene.Open(service: new ServiceCredentials
        {
            WindowsAuthenticator = new Authenticator(_ => how switch
            {
                "null" => null,
                "nameless" => new ClaimsPrincipal(new ClaimsIdentity()),
                _ => throw new InvalidTimeZoneException("a mistake"),
            }),
        });
        var codes = new List<FailureCode>();
        await loop.RefusedAsync(Codes(loop, codes));
        Assert.Equal([expected], codes);
    }

    /// <summary>The service takes the key of the named account only, and there is none for a user.</summary>
    [Fact]
    public async Task Service_WithAnotherAccount_DoesNotTakeTheKeysOfTheProcess()
    {
        using var loop = scene.Open(service: new ServiceCredentials
        {
            WindowsAuthentication = new() { Credential = new(KerberosRealm.OtherUser, KerberosRealm.Password, KerberosRealm.Name) },
        });
        var codes = new List<FailureCode>();
        await loop.RefusedAsync(Codes(loop, codes));
        Assert.Equal([FailureCode.NegotiationFailed], codes);
    }

    [Fact]
    public async Task ManyCallsAtOnce_NegotiateOnce()
    {
        using var loop = scene.Open();
        var legs = new List<string>();
        var carry = loop.Legs(legs);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => loop.Client.EnsureNegotiatedAsync(Loopback.Address, carry).AsTask()));
        Assert.Equal(2, legs.Count);
    }

    [Theory]
    [InlineData("windows/2005/kept/session")]
    [InlineData("windows/2007/cookie/session")]
    public async Task Session_IsRenewedUnderAnotherContext(string name)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var loop = scene.Open(name, clock: clock, options: new MessageSecurityServiceOptions
        {
            TimeProvider = clock,
            FailureAnswers = Loopback.AtOnce,
            SessionIdleTimeout = TimeSpan.FromDays(1),
            EndpointName = "loopback",
            SecurityStateEncoder = Loopback.Encoder,
        });
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var session = await loop.OpenAsync();
        await Renewals.CallAsync(loop, session);

        // Beyond three fifths of the context's life it is negotiated again. The KDC has a clock of its own.
        clock.Advance(TimeSpan.FromHours(7));
        var legs = new List<string>();
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
        Assert.Equal(2, legs.Count);
        await Renewals.RenewAsync(loop, session);
        RequireAlice((await Renewals.CallAsync(loop, session)).CopyUser());
    }

    /// <summary>Whoever has another account than the session was opened with renews nothing.</summary>
    [Fact]
    public async Task Session_IsNotRenewedByAnotherAccount()
    {
        using var loop = scene.Open("windows/2005/kept/session");
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var session = await loop.OpenAsync();
        await Renewals.CallAsync(loop, session);
        loop.Client.UpdateCredentials(SpnegoScene.Client(
            new NetworkCredential(KerberosRealm.OtherUser, KerberosRealm.Password, KerberosRealm.Name)));
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var handshake = session.StartRenewal();
        await Renewals.RefusedAsync(loop, handshake, FailureCode.RenewalRefused);
        await Renewals.CallAsync(loop, session);
    }

    private static LegExchange Codes(Loopback loop, List<FailureCode> codes) => async (leg, stop) =>
    {
        using var result = await loop.Service.ReceiveAsync(leg.Envelope, stop);
        var answer = Assert.IsType<ServiceResult.Respond>(result);
        codes.Add(answer.Code);
        return answer.Envelope.ToArray();
    };

    private static async Task<ClaimsPrincipal> UserOfAsync(Loopback loop)
    {
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        return Assert.IsType<ServiceResult.Dispatch>(result).User;
    }

    private static void RequireAlice(ClaimsPrincipal user)
    {
        Assert.Equal(
            (Alice, ClientAuthenticationTypes.Windows, true),
            (user.Identity?.Name, user.Identity?.AuthenticationType, user.Identity?.IsAuthenticated));
        Assert.Equal("Kerberos", user.FindFirst(ClaimTypes.AuthenticationMethod)?.Value);
        Assert.Equal(Alice, user.FindFirst(ClaimTypes.Upn)?.Value);
    }

    private sealed class Authenticator(Func<ClaimsPrincipal, ClaimsPrincipal?> judge) : IWindowsAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) => new(judge(user));
    }
}
