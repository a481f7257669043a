using System.Net.Security;
using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Client, security token service and service, each behind a socket of its own.</summary>
public sealed class IssuedTokenTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";
    private const string Answer = "<EchoResponse xmlns=\"urn:e\" />";

    private static readonly MessageSecurityVersion V2007 =
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string, bool> Kinds =>
    [
        .. from place in new[] { "protection", "endorsing", "signed-encrypted" }
           from saml in new[] { TestTokenIssuer.Saml11, TestTokenIssuer.Saml20 }
           from trust in new[] { "2005", "2007" }
           from session in new[] { false, true }
           select new TheoryDataRow<string, string, string, bool>(place, saml, trust, session),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Client_AsksTheIssuerOfTheBinding_AndCallsTheService(string place, string saml, string trust, bool session)
    {
        await using var sts = await TestSecurityTokenService.StartAsync(Credential.Single());
        var token = TokenOf(sts, sts.Secured.Binding.Element) with { TokenType = saml };
        await using var service = await StartServiceAsync(Binding(place, token, trust, session));
        await using var client = new SecureConversationClient(service.Address, Options(service.Binding));

        Assert.Equal(Answer, await client.CallAsync(Messages.Action, Echo, Stop));
        Assert.Equal(Answer, await client.CallAsync(Messages.Action, Echo, Stop));

        Assert.Equal(1, sts.Issuer.Count);
        Assert.Equal(service.Address.AbsoluteUri, sts.Issuer.Requests[0].Elements().Single(e => e.Name.LocalName == "AppliesTo").Value);
    }

    [Theory]
    [InlineData("session")]
    [InlineData("single-2007")]
    [InlineData("plain")]
    public async Task Issuer_IsAsked_InTheSecurityThatItHas(string security)
    {
        await using var sts = await (security switch
        {
            "session" => TestSecurityTokenService.StartAsync(Credential.Session()),
            "plain" => TestSecurityTokenService.StartPlainAsync(),
            _ => TestSecurityTokenService.StartAsync(MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateBindingElement(V2007))),
        });
        await using var provider = new SecurityTokenServiceClient(new SecurityTokenServiceOptions
        {
            Address = sts.Address,
            MessageSecurity = security == "plain" ? null : Credential.Options(sts.Secured.Binding),
            AllowInsecureTransport = true,
        });
        await using var service = await StartServiceAsync(Binding("protection", new(), "2007", session: false));
        await using var client = new SecureConversationClient(service.Address, Options(service.Binding, provider: provider));

        Assert.Equal(Answer, await client.CallAsync(Messages.Action, Echo, Stop));

        // Without message security of its own the issuer is asked in the version of the service.
        var oasis = security is "plain" or "single-2007";
        Assert.Equal(oasis, sts.Issuer.Requests.Single().Name.NamespaceName.Contains("200512", StringComparison.Ordinal));
        Assert.Equal(security == "session" ? 1 : 0, security == "plain" ? 0 : sts.Secured.Handshakes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HundredCallsAtOnce_AskTheIssuerOnce(bool session)
    {
        await using var sts = await TestSecurityTokenService.StartAsync(Credential.Single());
        await using var service = await StartServiceAsync(Binding("endorsing", TokenOf(sts, sts.Secured.Binding.Element), "2007", session));
        await using var client = new SecureConversationClient(service.Address, Options(service.Binding));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.CallAsync(Messages.Action, Echo, Stop)));

        Assert.All(answers, answer => Assert.Equal(Answer, answer));
        Assert.Equal(1, sts.Issuer.Count);
    }

    [Fact]
    public async Task Session_IsRenewed_WithAnotherToken_OnceThreeFifthsOfTheFirstAreOver()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var sts = await TestSecurityTokenService.StartPlainAsync(new TestTokenIssuer { Clock = clock, Lifetime = TimeSpan.FromMinutes(8) });
        await using var provider = new SecurityTokenServiceClient(new() { Address = sts.Address, AllowInsecureTransport = true });
        var session = Binding("protection", new(), "2007", session: true).Element with
        {
            LocalClientSettings = new() { SessionKeyRenewalInterval = TimeSpan.FromMinutes(5) },
        };
        await using var service = await StartServiceAsync(MessageSecurityBinding.Create(session), clock);
        var options = Options(service.Binding, provider: provider);
        options.TimeProvider = clock;
        await using var client = new SecureConversationClient(service.Address, options);
        await client.CallAsync(Messages.Action, Echo, Stop);

        clock.Advance(TimeSpan.FromMinutes(4));
        await client.CallAsync(Messages.Action, Echo, Stop);
        Assert.Equal((1, 0, 1), (service.Handshakes, service.Renewals, sts.Issuer.Count));
        clock.Advance(TimeSpan.FromMinutes(2));
        await client.CallAsync(Messages.Action, Echo, Stop);

        Assert.Equal((1, 1, 2), (service.Handshakes, service.Renewals, sts.Issuer.Count));
    }

    [Fact]
    public async Task FaultOfTheIssuer_EndsTheCall_AndSaysWhoRefused()
    {
        await using var sts = await TestSecurityTokenService.StartAsync(Credential.Single());
        sts.Secured.Reply = _ => Task.FromResult<byte[]?>(Messages.Fault(sts.Secured.Binding.MessageVersion));
        await using var service = await StartServiceAsync(Binding("protection", TokenOf(sts, sts.Secured.Binding.Element), "2007", session: true));
        await using var client = new SecureConversationClient(service.Address, Options(service.Binding));

        var failed = await Assert.ThrowsAsync<IssuedTokenException>(() => client.CallAsync(Messages.Action, Echo, Stop));

        var fault = Assert.IsType<SecureConversationException>(failed.InnerException).Fault;
        Assert.Equal("Nothing to echo.", fault!.Reason);
        Assert.Contains(sts.Address.AbsoluteUri, failed.Message, StringComparison.Ordinal);
        Assert.Equal(0, service.Handshakes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IssuerThatHangs_EndsTheCall_InTime(bool session)
    {
        await using var sts = await TestSecurityTokenService.StartPlainAsync(new TestTokenIssuer { Before = stop => Task.Delay(Timeout.Infinite, stop) });
        await using var provider = new SecurityTokenServiceClient(
            new() { Address = sts.Address, AllowInsecureTransport = true, Timeout = TimeSpan.FromMilliseconds(300) });
        await using var service = await StartServiceAsync(Binding("protection", new(), "2007", session));
        await using var client = new SecureConversationClient(service.Address, Options(service.Binding, provider: provider));

        var failed = await Assert.ThrowsAsync<IssuedTokenException>(() => client.CallAsync(Messages.Action, Echo, Stop));

        Assert.IsType<TimeoutException>(Assert.IsType<HttpRequestException>(failed.InnerException).InnerException);
        Assert.Contains("Timeout", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IssuerThatIsAway_EndsTheCall()
    {
        await using var provider = new SecurityTokenServiceClient(new() { Address = new Uri("http://localhost:1/issue"), AllowInsecureTransport = true });
        await using var service = await StartServiceAsync(Binding("protection", new(), "2007", session: false));
        await using var client = new SecureConversationClient(service.Address, Options(service.Binding, provider: provider));

        var failed = await Assert.ThrowsAsync<IssuedTokenException>(() => client.CallAsync(Messages.Action, Echo, Stop));

        Assert.IsType<HttpRequestException>(failed.InnerException);
    }

    [Fact]
    public async Task TokenForAnotherService_IsRefusedByTheService_AndTheFaultIsTold()
    {
        await using var sts = await TestSecurityTokenService.StartAsync(Credential.Single(), new TestTokenIssuer { Audience = "http://other/" });
        await using var service = await StartServiceAsync(Binding("endorsing", TokenOf(sts, sts.Secured.Binding.Element), "2007", session: false));
        await using var client = new SecureConversationClient(service.Address, Options(service.Binding));

        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo, Stop));

        Assert.Equal(SecureConversationFailure.FailedAuthentication, refused.Failure);
    }

    [Fact]
    public async Task LocalIssuer_IsAsked_WhereTheBindingNamesNone()
    {
        await using var sts = await TestSecurityTokenService.StartAsync(Credential.Single());
        await using var service = await StartServiceAsync(Binding("protection", new(), "2005", session: false));
        var settings = new IssuedTokenClientCredential
        {
            LocalIssuerAddress = sts.Address,
            LocalIssuerSecurity = sts.Secured.Binding.Element,
            IssuerCredentials = Credential.OfClient,
        };
        await using var client = new SecureConversationClient(service.Address, Options(service.Binding, settings));

        Assert.Equal(Answer, await client.CallAsync(Messages.Action, Echo, Stop));
    }

    [Fact]
    public void Client_ThatKnowsNoIssuer_IsRefused_InWords()
    {
        var binding = Binding("protection", new(), "2007", session: false);

        var refused = Assert.Throws<OptionsValidationException>(() => new SecureConversationClient(new Uri("http://localhost/"), Options(binding)));

        Assert.Contains("LocalIssuerAddress", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Issuer_WithoutProtection_IsRefused_InWords()
    {
        var refused = Assert.Throws<ArgumentException>(() => new SecurityTokenServiceClient(new() { Address = new Uri("http://sts/") }));

        Assert.Contains("in clear", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Signed messages are not enough: requests and responses have halves of keys.</summary>
    [Theory]
    [InlineData("http://sts/", "default", true)]
    [InlineData("http://sts/", "reply", true)]
    [InlineData("http://sts/", "request", true)]
    [InlineData("https://sts/", "default", false)]
    [InlineData("http://sts/", "none", false)]
    public void Issuer_WhoseMessagesAreNotEncrypted_IsRefused_InWords(string address, string level, bool isRefused)
    {
        var options = Credential.Options(Credential.Single());
        options.ProtectionRequirements = level switch
        {
            "default" => options.ProtectionRequirements.WithDefault(ProtectionLevel.Sign),
            "reply" => options.ProtectionRequirements.WithReplyTo("urn:issue", ProtectionLevel.Sign),
            "request" => options.ProtectionRequirements.WithRequest("urn:issue", ProtectionLevel.None),
            _ => options.ProtectionRequirements,
        };
        var issuer = new SecurityTokenServiceOptions { Address = new Uri(address), MessageSecurity = options };

        var refused = Record.Exception(() => new SecurityTokenServiceClient(issuer).Dispose());
        Assert.Equal(isRefused, refused is ArgumentException e && e.Message.Contains("ProtectionRequirements", StringComparison.Ordinal));
        Assert.Equal(isRefused, refused is not null);
    }

    [Fact]
    public async Task IssuerTransport_SendsWhatGoesToTheIssuer()
    {
        await using var sts = await TestSecurityTokenService.StartAsync(Credential.Single());
        await using var service = await StartServiceAsync(Binding("protection", TokenOf(sts, sts.Secured.Binding.Element), "2007", session: false));
        using var transport = new CountingHandler();
        var options = Options(service.Binding);
        options.IssuerTransport = transport;
        await using var client = new SecureConversationClient(service.Address, options);

        Assert.Equal(Answer, await client.CallAsync(Messages.Action, Echo, Stop));

        Assert.Equal([sts.Address], transport.Addresses);
    }

    [Theory]
    [InlineData(false, SecurityKeyEntropyMode.CombinedEntropy, false)]
    [InlineData(true, SecurityKeyEntropyMode.CombinedEntropy, true)]
    [InlineData(false, SecurityKeyEntropyMode.ServerEntropy, true)]
    public async Task KeyOfTheIssuer_IsTakenWhereTheOptionsSaySo(bool accepts, SecurityKeyEntropyMode mode, bool isTaken)
    {
        await using var sts = await TestSecurityTokenService.StartPlainAsync(new TestTokenIssuer { EntropyMode = SecurityKeyEntropyMode.ServerEntropy });
        await using var provider = new SecurityTokenServiceClient(
            new() { Address = sts.Address, AllowInsecureTransport = true, AcceptIssuerKey = accepts, DefaultKeyEntropyMode = mode });
        var asked = await Record.ExceptionAsync(() => AskAsync(provider));
        Assert.True(isTaken ? asked is null : asked is IssuedTokenException { InnerException: SecureConversationException { Code: FailureCode.InvalidTrustResponse } }, $"{asked}");
    }

    [Fact]
    public async Task ResponseOfTheIssuer_HasALimit()
    {
        await using var sts = await TestSecurityTokenService.StartPlainAsync();
        await using var provider = new SecurityTokenServiceClient(new() { Address = sts.Address, AllowInsecureTransport = true, MaxResponseBytes = 1000 });
        var asked = await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(provider));
        Assert.Contains("1000", $"{asked}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task MessageVersion_IsThatOfTheIssuer()
    {
        await using var sts = await TestSecurityTokenService.StartPlainAsync();
        await using var provider = new SecurityTokenServiceClient(
            new() { Address = sts.Address, AllowInsecureTransport = true, MessageVersion = MessageVersion.Soap11WSAddressing10 });

        using var token = await AskAsync(provider);

        Assert.Equal("text/xml", Assert.Single(sts.MediaTypes));
    }

    [Fact]
    public async Task TokenWithoutLifetime_IsValidFromTheTimeOfTheClient()
    {
        await using var sts = await TestSecurityTokenService.StartPlainAsync(new TestTokenIssuer { SendsLifetime = false });
        var clock = new ManualTimeProvider(DateTimeOffset.UnixEpoch.AddYears(40));
        await using var provider = new SecurityTokenServiceClient(new() { Address = sts.Address, AllowInsecureTransport = true, TimeProvider = clock });
        using var token = await AskAsync(provider);
        Assert.Equal(clock.GetUtcNow(), token.ValidFrom);
    }

    private static async Task<IssuedSecurityToken> AskAsync(SecurityTokenServiceClient provider) => await provider.GetTokenAsync(new IssuedTokenRequest
    {
        AppliesTo = new Uri("http://localhost/service"),
        Parameters = new(),
        AlgorithmSuite = SecurityAlgorithmSuite.Default,
        MessageSecurityVersion = V2007,
    }, Stop);

    private static IssuedSecurityTokenParameters TokenOf(TestSecurityTokenService sts, SecurityBindingElement security) =>
        new() { IssuerAddress = sts.Address, IssuerSecurity = security };

    private static MessageSecurityBinding Binding(string place, IssuedSecurityTokenParameters token, string trust, bool session)
    {
        var bearer = token with { KeyType = SecurityKeyType.BearerKey };
        var element = (SecurityBindingElement)(place switch
        {
            "protection" => SecurityBindingElement.CreateIssuedTokenBindingElement(token),
            "endorsing" => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(token),
            _ => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(bearer),
        }) with
        { MessageSecurityVersion = trust == "2007" ? V2007 : MessageSecurityVersion.Default };
        return MessageSecurityBinding.Create(session
            ? SecurityBindingElement.CreateSecureConversationBindingElement(element) with { MessageSecurityVersion = element.MessageSecurityVersion }
            : element);
    }

    private static async Task<TestService> StartServiceAsync(MessageSecurityBinding binding, TimeProvider? clock = null)
    {
        // The audience is the address, which is known when the service runs: it has an entry for it by then.
        var audiences = new List<string> { "urn:not-yet" };
        var service = await TestService.StartAsync(binding, clock, new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            IssuedTokenAuthentication = new IssuedTokenAuthentication { KnownCertificates = [TestTokenIssuer.Certificate], AllowedAudienceUris = audiences },
        });
        audiences.Add(service.Address.AbsoluteUri);
        service.Restart();
        return service;
    }

    private static SecureConversationHttpOptions Options(
        MessageSecurityBinding binding, IssuedTokenClientCredential? settings = null, IIssuedTokenProvider? provider = null)
    {
        var options = Credential.Options(binding);
        options.Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Client),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
            IssuedToken = settings ?? new(),
            IssuedTokenProvider = provider,
        };
        return options;
    }

    private sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        public List<Uri> Addresses { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Addresses.Add(request.RequestUri!);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
