using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Clients prove themselves by tokens of an issuer.</summary>
public sealed class IssuedTokenTests
{
    private static readonly SecureConversationRequestDelegate Reply = context =>
        Task.FromResult(SoapReply.FromBody("urn:e/EchoResponse", $"<n xmlns=''>{context.User.Identity!.Name} {context.User.IsInRole("clerk")}</n>"));

    [Theory]
    [InlineData(false, false, "alice False")]
    [InlineData(true, false, "alice False")]
    [InlineData(false, true, "alice of urn:test:sts True")]
    [InlineData(true, true, "alice of urn:test:sts True")]
    public async Task Client_IsWhomTheTokenNames_OrWhomAServiceOfTheApplicationSays(bool isSession, bool asksService, string expected)
    {
        await using var host = await StartAsync(isSession, setUp => _ = asksService ? setUp.AuthenticateIssuedTokens<Partners>() : setUp);
        var result = await (await ClientAsync(host, isSession)).CallOnceAsync();
        Assert.Contains(expected, result.Envelope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_WhomTheApplicationRefuses_IsTold()
    {
        await using var host = await StartAsync(isSession: false, setUp => setUp.AuthenticateIssuedTokens<Locked>());
        var client = await ClientAsync(host, isSession: false);
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync());
        Assert.Equal("{urn:accounts}Locked", e.Fault!.Subcode);
    }

    /// <summary>Whatever credentials have reaches the service.</summary>
    [Fact]
    public void Credentials_AreHandedOnWhole()
    {
        var credentials = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            ServiceEncryptionCertificate = new X509Credential(TestCertificates.Other),
            OtherServiceCertificates = [new X509Credential(TestCertificates.Authority)],
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
            UserNameAuthenticator = new Partners(),
            UserNamePasswordProvider = UserNamePasswordProvider.Create(_ => null),
            CertificateAuthenticator = new Partners(),
            IssuedTokenAuthentication = new(),
            IssuedTokenAuthenticator = new Partners(),
            WindowsAuthenticator = new Partners(),
        };
        var handedOn = Internal.ServiceFactory.CredentialsOf(new SecureConversationServiceOptions { Credentials = credentials });
        Assert.All(typeof(ServiceCredentials).GetProperties(), property =>
        {
            var (given, taken) = (property.GetValue(credentials), property.GetValue(handedOn));
            Assert.NotNull(given);
            Assert.NotNull(taken);
            Assert.True(ReferenceEquals(given, taken) || property.Name.EndsWith("Authenticator", StringComparison.Ordinal) || property.Name.EndsWith("Validator", StringComparison.Ordinal), property.Name);
        });
    }

    private static SecurityBindingElement Element(bool isSession)
    {
        var single = SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(new());
        return isSession ? SecurityBindingElement.CreateSecureConversationBindingElement(single) : single;
    }

    private static Task<KestrelHost> StartAsync(
        bool isSession, Action<Microsoft.Extensions.Options.OptionsBuilder<SecureConversationServiceOptions>> setUp) => KestrelHost.StartAsync(
        services => setUp(services.AddSecureConversation(options =>
        {
            options.Binding = Element(isSession);
            options.Credentials = new ServiceCredentials
            {
                ServiceCertificate = new X509Credential(TestCertificates.Service),
                IssuedTokenAuthentication = new() { KnownCertificates = [TestTokenIssuer.Certificate], AllowedAudienceUris = ["urn:shop"] },
            };
        })),
        app => app.MapSecureConversation("/echo", Reply));

    private static async Task<SoapClient> ClientAsync(KestrelHost host, bool isSession)
    {
        var client = new SoapClient(host.Http, new Uri(host.Address, "/echo"), MessageSecurityBinding.Create(Element(isSession)), new ClientCredentials
        {
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
            IssuedTokenProvider = new DirectTokenProvider(new TestTokenIssuer { Audience = "urn:shop" }),
        });
        await client.EnsureIssuedTokensAsync();
        return client;
    }

    private sealed class Partners : IUserNameAuthenticator, ICertificateAuthenticator, IIssuedTokenAuthenticator, IWindowsAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) => default;

        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            string userName, string password, MessageOrigin origin, CancellationToken cancellationToken) => default;

        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            System.Security.Cryptography.X509Certificates.X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) => default;

        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            IssuedToken token, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) => new(new ClaimsPrincipal(
            new ClaimsIdentity([new(ClaimTypes.Name, $"{user.Identity!.Name} of {token.Issuer}"), new(ClaimTypes.Role, "clerk")], "partners")));
    }

    private sealed class Locked : IIssuedTokenAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            IssuedToken token, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) =>
            throw new SoapFaultException("The account is locked.") { Subcode = new System.Xml.XmlQualifiedName("Locked", "urn:accounts") };
    }
}
