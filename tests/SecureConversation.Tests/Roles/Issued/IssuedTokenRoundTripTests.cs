using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

public sealed class IssuedTokenRoundTripTests
{
    public static TheoryData<string> Names => [.. IssuedBindings.Names];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Request_WithIssuedToken_IsAnswered_AndTheServiceKnowsWhoAsks(string name)
    {
        var issuer = new TestTokenIssuer();
        using var loopback = Create(name, issuer);
        var request = Loopback.Request(loopback.Binding.MessageVersion);

        using var session = loopback.Binding.EstablishesSession ? await OpenAsync(loopback) : null;
        if (session is null)
        {
            await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        }

        using var secured = session?.Secure(request) ?? loopback.Client.Secure(request);
        using var result = await loopback.Service.ReceiveAsync(secured.Envelope, Stop);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        using var protectedReply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        using var reply = secured.VerifyReply(protectedReply.Envelope.ToArray());

        Assert.Equal("alice", dispatch.User.Identity!.Name);
        Assert.True(dispatch.User.Identity.IsAuthenticated);
        Assert.Contains("h&amp;i", Encoding.UTF8.GetString(dispatch.Request.Envelope.Span), StringComparison.Ordinal);
        Assert.Contains("EchoResponse", Encoding.UTF8.GetString(reply.Envelope.Span), StringComparison.Ordinal);
        Assert.Equal(1, issuer.Count);
        Assert.DoesNotContain(":Assertion", Encoding.UTF8.GetString(protectedReply.Envelope.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("protection/saml11/2005/single")]
    [InlineData("endorsing/saml20/2007/single")]
    [InlineData("signed-endorsing/saml20/2007/single")]
    public async Task Token_IsSent_OctetForOctet(string name)
    {
        var issuer = new TestTokenIssuer { Change = response => response.Replace(":Attribute>", ":Attribute >", StringComparison.Ordinal).Replace("Subject>", "Subject\n>", StringComparison.Ordinal) };
        var provider = new DirectTokenProvider(issuer);
        using var loopback = Create(name, issuer, provider);
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion));

        var wire = Encoding.UTF8.GetString(secured.Envelope.Span);
        // Declarations of the response come before its own where a prefix of them may occur in it, be it in a value.
        var written = issuer.LastToken[issuer.LastToken.IndexOf(' ', StringComparison.Ordinal)..];
        Assert.Contains(written.Replace(":Attribute>", ":Attribute >", StringComparison.Ordinal).Replace("Subject>", "Subject\n>", StringComparison.Ordinal), wire, StringComparison.Ordinal);
    }

    /// <summary>It counts for whoever reads it. Over a protected transport nobody else does.</summary>
    [Fact]
    public void BearersToken_InClear_IsRefusedInWords()
    {
        var bearer = new IssuedSecurityTokenParameters { KeyType = SecurityKeyType.BearerKey };
        var anonymous = SecurityBindingElement.CreateAnonymousForCertificateBindingElement();
        var signed = new SupportingTokenParameters { Signed = [bearer] };
        var ofAnOperation = OperationSupportingTokens.None.With("urn:e/Echo", signed);
        var asymmetric = SecurityBindingElement.CreateMutualCertificateDuplexBindingElement();
        SecurityBindingElement[] all =
        [
            anonymous with { EndpointSupportingTokenParameters = signed },
            anonymous with { OptionalEndpointSupportingTokenParameters = signed },
            anonymous with { OperationSupportingTokenParameters = ofAnOperation },
            anonymous with { OptionalOperationSupportingTokenParameters = ofAnOperation },
            asymmetric with { EndpointSupportingTokenParameters = signed },
        ];
        foreach (var element in all)
        {
            var refused = Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(element));
            Assert.Contains("would travel in clear", refused.Message, StringComparison.Ordinal);
            Assert.Contains("SignedEncrypted", refused.Message, StringComparison.Ordinal);
        }

        MessageSecurityBinding.Create(anonymous with { EndpointSupportingTokenParameters = new() { SignedEncrypted = [bearer] } });
        MessageSecurityBinding.Create(SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(bearer));
    }

    [Fact]
    public async Task Secure_WithoutToken_SaysWhatToCall()
    {
        using var loopback = Create("protection/saml20/2007/single", new TestTokenIssuer());
        var request = Loopback.Request(loopback.Binding.MessageVersion);

        var missing = Assert.Throws<InvalidOperationException>(() => loopback.Client.Secure(request));
        await loopback.Client.EnsureIssuedTokensAsync(new Uri("http://localhost/other"), Stop);
        var ofAnother = Assert.Throws<InvalidOperationException>(() => loopback.Client.Secure(request));

        Assert.Contains("EnsureIssuedTokensAsync", missing.Message, StringComparison.Ordinal);
        Assert.Contains("http://localhost/echo", ofAnother.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await loopback.Client.EnsureIssuedTokensAsync(null, Stop));
    }

    [Fact]
    public async Task Client_WithoutIssuedTokens_HasNothingToGet()
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//single"));

        Assert.False(loopback.Client.NeedsIssuedTokens);
        Assert.True(loopback.Client.EnsureIssuedTokensAsync(null, Stop).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public void Client_WithoutProvider_IsRefused_InWords()
    {
        var binding = IssuedBindings.Create("protection/saml20/2007/single");

        var refused = Assert.Throws<ArgumentException>(() => new MessageSecurityClient(binding, new ClientCredentials()));

        Assert.Contains("IssuedTokenProvider", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_OfTheOptions_IsAskedWhereTheCredentialsHaveNone()
    {
        var (ofOptions, ofCredentials) = (new DirectTokenProvider(new TestTokenIssuer()), new DirectTokenProvider(new TestTokenIssuer()));
        var binding = IssuedBindings.Create("protection/saml20/2007/single");
        var options = new MessageSecurityClientOptions { IssuedTokenProvider = ofOptions };
        var without = new ClientCredentials { ServiceCertificate = TestCertificates.Service, ServiceCertificateValidation = TestCredentials.TrustAuthority };

        await new MessageSecurityClient(binding, without, options).EnsureIssuedTokensAsync(Loopback.Address, Stop);
        await new MessageSecurityClient(binding, IssuedBindings.Client(ofCredentials), options).EnsureIssuedTokensAsync(Loopback.Address, Stop);

        Assert.Equal((1, 1), (ofOptions.Requests.Count, ofCredentials.Requests.Count));
    }

    [Fact]
    public async Task Provider_IsToldWhatTheBindingNeeds()
    {
        var provider = new DirectTokenProvider(new TestTokenIssuer());
        var binding = IssuedBindings.Create("endorsing/saml11/2007/single");
        var credentials = new ClientCredentials
        {
            IssuedTokenProvider = provider,
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
            ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
        };

        await new MessageSecurityClient(binding, credentials).EnsureIssuedTokensAsync(Loopback.Address, Stop);

        var request = Assert.Single(provider.Requests);
        Assert.Equal((binding.Element.DefaultAlgorithmSuite, binding.Element.MessageSecurityVersion), (request.AlgorithmSuite, request.MessageSecurityVersion));
        Assert.Equal(TestTokenIssuer.Saml11, request.Parameters.TokenType);
        Assert.Same(credentials, request.Credentials);
        Assert.Same(credentials.ServiceIdentity, request.ServiceIdentity);
    }

    [Fact]
    public async Task Facts_OfTheApplication_AreThoseOfTheToken()
    {
        using var issued = await new DirectTokenProvider(new TestTokenIssuer()).GetTokenAsync(new IssuedTokenRequest
        {
            AppliesTo = Loopback.Address,
            Parameters = new IssuedSecurityTokenParameters { KeyType = SecurityKeyType.BearerKey },
            AlgorithmSuite = SecurityAlgorithmSuite.Default,
            MessageSecurityVersion = MessageSecurityVersion.Default,
        }, Stop);
        var facts = new IssuedSecurityTokenFacts { TokenType = "urn:t", ValidFrom = DateTimeOffset.UnixEpoch, ValidTo = DateTimeOffset.UnixEpoch.AddDays(1) };

        using var token = IssuedSecurityToken.CreateBearer(issued.TokenXml, facts);

        Assert.Equal(("urn:t", facts.ValidFrom, facts.ValidTo), (token.TokenType, token.ValidFrom, token.ValidTo));
        Assert.Throws<ArgumentException>(() => IssuedSecurityToken.CreateBearer(issued.TokenXml, new() { ValidFrom = facts.ValidTo, ValidTo = facts.ValidFrom }));
    }

    [Theory]
    [InlineData("protection/saml20/2007/single")]
    [InlineData("endorsing/saml11/2005/single")]
    [InlineData("endorsing-asymmetric/saml20/2005/single")]
    [InlineData("signed-encrypted/saml11/2007/single")]
    [InlineData("signed-encrypted/saml20/2007/single")]
    public async Task Service_RefusesTokens_ThatAreNotForIt(string name)
    {
        await RefusedAsync(name, new TestTokenIssuer { Audience = "http://other/service" });
        await RefusedAsync(name, new TestTokenIssuer { SigningCertificate = TestTokenIssuer.OtherCertificate });
        var past = new ManualTimeProvider(DateTimeOffset.UtcNow.AddHours(-1));
        await RefusedAsync(name, new TestTokenIssuer { Clock = past, Lifetime = TimeSpan.FromMinutes(54), SendsLifetime = false });
    }

    [Theory]
    [InlineData("protection/saml20/2007/single")]
    [InlineData("endorsing/saml11/2005/single")]
    public async Task Service_RefusesTokens_WhoseKeyIsForAnother(string name) =>
        await RefusedAsync(name, new TestTokenIssuer { ServiceCertificate = TestCertificates.Other });

    [Theory]
    [InlineData("endorsing/saml20/2007/single")]
    [InlineData("endorsing-asymmetric/saml11/2007/single")]
    [InlineData("protection/saml20/2005/single")]
    public async Task Service_RefusesAClient_WithAnotherKeyThanThatOfTheToken(string name)
    {
        // The client asks for a token, and another client's token comes back: the key of the client is not the one in it.
        var issuer = new TestTokenIssuer();
        var stolen = new DirectTokenProvider(issuer);
        var binding = IssuedBindings.Create(name);
        using var loopback = new Loopback(binding, client: IssuedBindings.Client(new Thief(stolen)), service: IssuedBindings.Service());
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        using var secured = loopback.Client.Secure(Loopback.Request(binding.MessageVersion));

        using var result = await loopback.Service.ReceiveAsync(secured.Envelope, Stop);

        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public async Task Reply_UnderTheKeyOfAnotherToken_IsRefused()
    {
        using var loopback = Create("protection/saml20/2007/single", new TestTokenIssuer());
        using var other = Create("protection/saml20/2007/single", new TestTokenIssuer());
        var (first, reply) = await ExchangeAsync(loopback);
        var (second, otherReply) = await ExchangeAsync(other);

        Assert.Throws<SecureConversationException>(() => first.VerifyReply(otherReply));
        using var verified = first.VerifyReply(reply);
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Key_OutlivesTheReplacementOfItsToken_UntilTheReplyIsThere()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var issuer = new TestTokenIssuer { Clock = clock };
        using var loopback = Create("protection/saml20/2007/single", issuer, clock: clock);
        var (secured, reply) = await ExchangeAsync(loopback);
        clock.Advance(TimeSpan.FromMinutes(37));
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        Assert.Equal(2, issuer.Count);

        // The timestamp is too old by now, which is found after the signature: the key is there.
        var refused = Assert.Throws<SecureConversationException>(() => secured.VerifyReply(reply));
        Assert.True(refused.Code is FailureCode.Expired or FailureCode.Stale, refused.Code.ToString());
        secured.Dispose();
    }

    /// <summary>As the policies of WCF expire. A renewal brings a token, which has an end of its own.</summary>
    [Theory]
    [InlineData("protection/saml20/2007/session")]
    [InlineData("endorsing/saml11/2005/session")]
    [InlineData("signed-encrypted/saml20/2007/session")]
    public async Task Session_EndsWithItsToken_UnlessItIsRenewedWithAnother(string name)
    {
        var clock = new ManualTimeProvider(new DateTimeOffset(DateTime.UtcNow.Date.AddHours(12), TimeSpan.Zero));
        var issuer = new TestTokenIssuer { Clock = clock, Lifetime = TimeSpan.FromMinutes(30) };
        using var loopback = new Loopback(IssuedBindings.Create(name), clock,
            new() { TimeProvider = clock, FailureAnswers = Loopback.AtOnce, SessionIdleTimeout = TimeSpan.FromHours(2) },
            IssuedBindings.Client(new DirectTokenProvider(issuer)), IssuedBindings.Service());
        using var session = await OpenAsync(loopback);
        var skew = loopback.Binding.Element.LocalServiceSettings.MaxClockSkew;
        Assert.Equal(clock.GetUtcNow() + issuer.Lifetime + skew, session.Expires);

        // A session that is opened and not used is given up before.
        await Renewals.CallAsync(loopback, session);
        clock.Advance(issuer.Lifetime);
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        using (var renewal = session.StartRenewal())
        using (var renewed = await loopback.Service.ReceiveAsync(renewal.Envelope, Stop))
        {
            renewal.Complete(Assert.IsType<ServiceResult.Respond>(renewed).Envelope);
        }

        Assert.Equal(clock.GetUtcNow() + issuer.Lifetime + skew, session.Expires);
        clock.Advance(issuer.Lifetime + skew);
        using var late = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(late.Envelope, Stop);
        Assert.Equal(FailureCode.ContextKeyExpired, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    private static async Task<(SecuredRequest Request, byte[] Reply)> ExchangeAsync(Loopback loopback)
    {
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(secured.Envelope, Stop);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        return (secured, reply.Envelope.ToArray());
    }

    private static async Task RefusedAsync(string name, TestTokenIssuer issuer)
    {
        using var loopback = Create(name, issuer);
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(secured.Envelope, Stop);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.NotEqual(FailureCode.None, respond.Code);
        var fault = Assert.Throws<SecureConversationException>(() => secured.VerifyReply(respond.Envelope.ToArray()));
        Assert.NotNull(fault.Fault);
    }

    private static async Task<ClientSession> OpenAsync(Loopback loopback)
    {
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        return await loopback.OpenAsync();
    }

    private static Loopback Create(string name, TestTokenIssuer issuer, IIssuedTokenProvider? provider = null, TimeProvider? clock = null) => new(
        IssuedBindings.Create(name), clock, client: IssuedBindings.Client(provider ?? new DirectTokenProvider(issuer)), service: IssuedBindings.Service());

    /// <summary>Has the token of somebody else, and a key of its own.</summary>
    private sealed class Thief(DirectTokenProvider victim) : IIssuedTokenProvider
    {
        public async ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken)
        {
            using var stolen = await victim.GetTokenAsync(request, cancellationToken);
            return request.Parameters.KeyType == SecurityKeyType.SymmetricKey
                ? IssuedSecurityToken.CreateSymmetric(stolen.TokenXml, new byte[32])
                : IssuedSecurityToken.CreateAsymmetric(stolen.TokenXml, System.Security.Cryptography.RSA.Create(2048));
        }
    }
}
