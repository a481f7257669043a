using System.Security.Claims;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>The token handler of an application in the place of the settings.</summary>
public sealed class TokenHandlerTests
{
    public static TheoryData<string> Names => [.. IssuedBindings.Names.Where(name => name.EndsWith("2007/single", StringComparison.Ordinal))];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The issuer is none that the settings know, and neither is the audience.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Handler_GetsTheTokenAsItsIssuerWroteIt_AndSaysWhoTheHolderIs(string name)
    {
        var (handler, issuer) = (new Handler(), new TestTokenIssuer { SigningCertificate = TestTokenIssuer.OtherCertificate, Audience = "urn:elsewhere" });
        using var loopback = Create(name, issuer, handler);
        using var result = await SendAsync(loopback);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Equal("holder", dispatch.User.Identity!.Name);

        // Declarations of the message may stand before its own, and what was encrypted has white space in its last tag.
        var written = issuer.LastToken[issuer.LastToken.IndexOf(' ', StringComparison.Ordinal)..^1];
        Assert.NotEmpty(handler.Tokens);
        Assert.All(handler.Tokens, token => Assert.Contains(written, token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("protection/saml20/2007/single")]
    [InlineData("endorsing-asymmetric/saml11/2007/single")]
    [InlineData("signed-encrypted/saml20/2007/single")]
    public async Task Handler_ThatRefusesOrNamesNobody_IsOneFault_AndOneThatThrowsIsToBlame(string name)
    {
        var answers = new List<string>();
        foreach (var (handler, code) in new[]
        {
            (new Handler { Holder = null }, FailureCode.InvalidCredentials),
            (new Handler { Holder = new ClaimsPrincipal(new ClaimsIdentity("test")) }, FailureCode.InvalidCredentials),
            (new Handler { Thrown = new InvalidOperationException("the handler's own") }, FailureCode.ValidatorFailed),
        })
        {
            using var loopback = Create(name, new TestTokenIssuer(), handler);
            using var result = await SendAsync(loopback);
            var respond = Assert.IsType<ServiceResult.Respond>(result);
            Assert.Equal(code, respond.Code);
            answers.Add(FaultOf(respond));
        }

        Assert.Equal(answers[0], answers[1]);
        Assert.All(answers, answer => Assert.DoesNotContain("handler", answer, StringComparison.Ordinal));
    }

    /// <summary>What a handler does not look at is looked at here.</summary>
    [Fact]
    public async Task Handler_ThatAcceptsAll_LetsNoOtherHolderIn_NorTokensOutOfTime()
    {
        using var late = Create("endorsing/saml20/2007/single",
            new TestTokenIssuer { Clock = new ManualTimeProvider(DateTimeOffset.UtcNow.AddHours(-2)), SendsLifetime = false }, new Handler());
        using var expired = await SendAsync(late);
        Assert.Equal(FailureCode.AssertionNotInTime, Assert.IsType<ServiceResult.Respond>(expired).Code);

        using var bearer = Create("endorsing/saml20/2007/single", new TestTokenIssuer { ServiceCertificate = TestCertificates.Other }, new Handler());
        using var foreign = await SendAsync(bearer);
        Assert.Equal(FailureCode.WrongToken, Assert.IsType<ServiceResult.Respond>(foreign).Code);
    }

    [Fact]
    public void Settings_ThatAHandlerReplaces_AreRefusedInWords()
    {
        Refused(new() { TokenHandler = new Handler(), KnownCertificates = [TestTokenIssuer.Certificate] });
        Refused(new() { TokenHandler = new Handler(), AllowedAudienceUris = ["urn:a"] });
        Refused(new() { TokenHandler = new Handler(), AudienceUriMode = AudienceUriMode.Never });

        static void Refused(IssuedTokenAuthentication authentication)
        {
            var refused = Assert.Throws<ArgumentException>(() => new MessageSecurityService(
                IssuedBindings.Create("protection/saml20/2007/single"), IssuedBindings.Service(authentication)));
            Assert.Contains("TokenHandler", refused.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Declarations around the token come along, so that a handler can parse it by itself.</summary>
    [Fact]
    public void Token_StandsOnItsOwn()
    {
        var assertion = Encoding.UTF8.GetString(Saml.Assertions.Write("2.0", SecurityKeyType.BearerKey));
        var prefix = assertion[1..assertion.IndexOf(':', StringComparison.Ordinal)];
        var declaration = $" xmlns:{prefix}=\"{Ns.Saml20}\"";
        var inside = assertion.Replace(declaration, "", StringComparison.Ordinal);
        var index = XmlIndex.Parse(Encoding.UTF8.GetBytes($"<e{declaration}>{inside}</e>"), XmlLimits.Default);
        using var alone = new PooledBytes();
        StandaloneElement.Write(index.Root.FirstChild, alone, SamlAssertion.MaxBytes);
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(Encoding.UTF8.GetString(alone.Span));
        Assert.Equal(Ns.Saml20, document.DocumentElement!.NamespaceURI);
    }

    private static Loopback Create(string name, TestTokenIssuer issuer, Handler handler) => new(IssuedBindings.Create(name),
        client: IssuedBindings.Client(new DirectTokenProvider(issuer)), service: IssuedBindings.Service(new() { TokenHandler = handler }));

    private static async Task<ServiceResult> SendAsync(Loopback loopback)
    {
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        return await loopback.Service.ReceiveAsync(secured.Envelope, Stop);
    }

    private static string FaultOf(ServiceResult.Respond respond)
    {
        var text = Encoding.UTF8.GetString(respond.Envelope.Span);
        return text[text.IndexOf(":Body", StringComparison.Ordinal)..];
    }

    private sealed class Handler : IIssuedTokenHandler
    {
        public ClaimsPrincipal? Holder { get; init; } = new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "holder")], "test"));

        public Exception? Thrown { get; init; }

        public List<string> Tokens { get; } = [];

        public async ValueTask<ClaimsPrincipal?> ValidateTokenAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
        {
            Tokens.Add(Encoding.UTF8.GetString(token.Span));
            await Task.Yield();
            return Thrown is null ? Holder : throw Thrown;
        }
    }
}
