using System.Security.Claims;
using CoreWCF;
using SecureConversation.Binding;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;
using Channels = CoreWCF.Channels;
using Element = SecureConversation.CoreWCF.MessageSecurityBindingElement;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Clients prove themselves by tokens of an issuer, to hosts with the settings of WCF and with those of the engine.</summary>
public sealed class IssuedTokenTests
{
    private const string Audience = "urn:orders";

    public static MatrixTheoryData<string, bool> Kinds { get; } = new(["protection", "endorsing", "ssl", "bearer", "tls", "tls bearer"], [false, true]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Client_IsWhomTheTokenNames(string kind, bool inSession)
    {
        var element = Create(kind, inSession);
        await using var host = await StartAsync(element, host => Trust(host.Credentials.IssuedTokenAuthentication));
        await using var client = For(host, element);
        Assert.Equal("hello", await client.EchoAsync("hello"));
        var caller = await client.AskAsync("WhoAmI");
        Assert.StartsWith("False|alice|", caller, StringComparison.Ordinal);
        Assert.EndsWith("|DefaultClaimSet:2", caller, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CredentialsOfTheEngine_SayWhoTheHolderIs()
    {
        var element = Create("endorsing", inSession: false);
        await using var host = await StartAsync(element, host =>
        {
            var credentials = new MessageSecurityServiceCredentials
            {
                IssuedTokenValidation = new() { KnownCertificates = [TestTokenIssuer.Certificate], AllowedAudienceUris = [Audience] },
                IssuedTokenAuthenticator = new Partners(),
            };
            credentials.ServiceCertificate.Certificate = TestCertificates.Service;
            host.Description.Behaviors.Remove<global::CoreWCF.Description.ServiceCredentials>();
            host.Description.Behaviors.Add(credentials);
        });
        await using var client = For(host, element);
        Assert.Contains("alice of urn:test:sts", await client.AskAsync("WhoAmI"), StringComparison.Ordinal);
    }

    /// <summary>Unlike in WCF, whose every certificate with a trusted chain makes an issuer.</summary>
    [Fact]
    public async Task Host_ThatListsNoIssuer_IsRefusedInWords()
    {
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(
            Create("endorsing", inSession: false), host => host.Credentials.IssuedTokenAuthentication.AllowedAudienceUris.Add(Audience)));
        Assert.Contains("KnownCertificates", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ValidatorOfTheHost_JudgesIssuers(bool accepts)
    {
        var element = Create("bearer", inSession: false);
        await using var host = await StartAsync(element, host =>
        {
            var authentication = host.Credentials.IssuedTokenAuthentication;
            authentication.AllowedAudienceUris.Add(Audience);
            authentication.CertificateValidationMode = global::CoreWCF.Security.X509CertificateValidationMode.Custom;
            authentication.CustomCertificateValidator = new OnlyIssuer(accepts ? TestTokenIssuer.Certificate : TestTokenIssuer.OtherCertificate);
        });
        await using var client = For(host, element);
        if (accepts)
        {
            Assert.Equal("hello", await client.EchoAsync("hello"));
            return;
        }

        await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync("hello"));
    }

    /// <summary>The passwords of users are known to the host, who so understands digests.</summary>
    [Fact]
    public async Task UserNameProvider_OfTheCredentials_ServesDigests()
    {
        var element = new Element(SecurityBindingElement.CreateUserNameForCertificateBindingElement() with
        {
            EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters { PasswordType = UserNamePasswordType.Digest }] },
        });
        await using var host = await StartAsync(element, host =>
        {
            var credentials = new MessageSecurityServiceCredentials
            {
                UserNamePasswordProvider = UserNamePasswordProvider.Create(name => name == "ada" ? "lovelace" : null),
            };
            credentials.ServiceCertificate.Certificate = TestCertificates.Service;
            host.Description.Behaviors.Remove<global::CoreWCF.Description.ServiceCredentials>();
            host.Description.Behaviors.Add(credentials);
        });
        await using var client = Client.For(host, element);
        Assert.Contains("ada", await client.AskAsync("WhoAmI"), StringComparison.Ordinal);
        await using var other = Client.For(host, element, password: "wrong");
        await Assert.ThrowsAsync<SecureConversationException>(() => other.EchoAsync("hello"));
    }

    private static Element Create(string kind, bool inSession)
    {
        var bearer = new IssuedSecurityTokenParameters { KeyType = SecurityKeyType.BearerKey };
        SecurityBindingElement element = kind switch
        {
            "protection" => SecurityBindingElement.CreateIssuedTokenBindingElement(new()),
            "endorsing" => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(new()),
            "bearer" => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(bearer),
            "ssl" => SecurityBindingElement.CreateIssuedTokenForSslBindingElement(new(), requireCancellation: true),
            "tls" => SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(new()),
            _ => SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(bearer),
        };
        return new Element(inSession ? SecurityBindingElement.CreateSecureConversationBindingElement(element) : element);
    }

    private static Task<EchoHost> StartAsync(Element element, Action<ServiceHostBase> configure)
    {
        var https = element.Settings is TransportSecurityBindingElement;
        Channels.TransportBindingElement transport = https ? new Channels.HttpsTransportBindingElement() : Bindings.Http();
        return EchoHost.StartAsync<IEcho>(
            new Channels.CustomBinding(element, new Channels.TextMessageEncodingBindingElement { MessageVersion = Channels.MessageVersion.Soap12WSAddressing10 }, transport), configure, https: https);
    }

    private static void Trust(global::CoreWCF.Security.IssuedTokenServiceCredential authentication)
    {
        authentication.KnownCertificates.Add(TestTokenIssuer.Certificate);
        authentication.AllowedAudienceUris.Add(Audience);
    }

    private static SecureConversationClient For(EchoHost host, Element element)
    {
        var handler = element.Settings is TransportSecurityBindingElement
            ? new SocketsHttpHandler
            {
                SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == TestCertificates.Service.Thumbprint },
            }
            : null;
        return new(host.Address, new SecureConversationHttpOptions
        {
            Binding = element.Settings,
            ProtectionRequirements = Client.Protection,
            Credentials = new ClientCredentials
            {
                ServiceCertificate = TestCertificates.Service,
                ServiceCertificateValidation = TestCredentials.TrustAuthority,
                IssuedTokenProvider = new DirectTokenProvider(new TestTokenIssuer { Audience = Audience }),
            },
        }, handler);
    }

    private sealed class OnlyIssuer(System.Security.Cryptography.X509Certificates.X509Certificate2 issuer) : global::CoreWCF.IdentityModel.Selectors.X509CertificateValidator
    {
        public override void Validate(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
        {
            if (certificate.Thumbprint != issuer.Thumbprint)
            {
                throw new global::CoreWCF.IdentityModel.Tokens.SecurityTokenValidationException("Not the issuer.");
            }
        }
    }

    private sealed class Partners : IIssuedTokenAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
            IssuedToken token, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) => new(
            new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.Name, $"{user.Identity!.Name} of {token.Issuer}")], "partners")));
    }
}
