using System.IdentityModel.Selectors;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Description;
using System.ServiceModel.Security;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>ClientCredentials and identities: what is taken from where, and what is refused how.</summary>
public sealed class CredentialTests
{
    /// <summary>A class of one's own is read for its properties, and asked for nothing else.</summary>
    [Fact]
    public async Task DerivedCredentials_AreReadForTheirProperties()
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true));
        var factory = new ChannelFactory<ICalculator>(
            Clients.Binding(Bootstraps.Client("MutualCertificate", session: true)), new EndpointAddress(service.Address));
        factory.Endpoint.EndpointBehaviors.Remove(typeof(ClientCredentials));
        var credentials = new OwnCredentials();
        Clients.SetUp(credentials);
        factory.Endpoint.EndpointBehaviors.Add(credentials);

        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
        factory.Close();
        Assert.False(credentials.WasAsked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CertificateThatIsNotTheServices_IsRefusedByTheService(bool session)
    {
        await using var service = await StartAsync(session);
        var e = Refused(session, new EndpointAddress(service.Address), c => c.ServiceCertificate.DefaultCertificate = TestCertificates.Other);
        Assert.IsType(session ? typeof(SecurityNegotiationException) : typeof(MessageSecurityException), e);
        Assert.Equal("InvalidSecurity", Assert.IsType<FaultException>(e.InnerException).Code.SubCode.Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ServiceCertificateThatTheValidatorRefuses_IsNotSentTo(bool session)
    {
        using var stranger = Stranger("localhost");
        var e = Refused(session, Nowhere(), c => c.ServiceCertificate.DefaultCertificate = stranger);
        Assert.IsType<MessageSecurityException>(e);
        Assert.IsType<System.IdentityModel.Tokens.SecurityTokenValidationException>(e.InnerException);
    }

    /// <summary>A certificate names addresses; the validator of WCF gets it without anybody asked there.</summary>
    [Fact]
    public void CustomValidator_IsAskedBeforeAnyNetwork()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = listener.AcceptTcpClientAsync();
        using var certificate = IssuedByNobodyKnown($"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/authority");
        var e = Refused(true, Nowhere(), c =>
        {
            c.ServiceCertificate.DefaultCertificate = certificate;
            c.ServiceCertificate.Authentication.CustomCertificateValidator = new Refusing();
        });
        Assert.IsType<System.IdentityModel.Tokens.SecurityTokenValidationException>(e.InnerException);
        Assert.False(asked.IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ServiceCertificateWithoutTrustedChain_IsNotSentTo(bool session)
    {
        var e = Refused(session, Nowhere(), c =>
        {
            c.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.ChainTrust;
            c.ServiceCertificate.Authentication.RevocationMode = X509RevocationMode.NoCheck;
        });
        Assert.IsType<MessageSecurityException>(e);
        Assert.Contains("ServiceCertificate.Authentication", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnotherIdentity_IsNotSentTo(bool session)
    {
        var byDns = Refused(session, new EndpointAddress(Nowhere().Uri, new DnsEndpointIdentity("example.org")));
        Assert.IsType<MessageSecurityException>(byDns);
        Assert.Contains("DnsEndpointIdentity", byDns.Message, StringComparison.Ordinal);
        var byHost = Refused(session, new EndpointAddress("http://example.org:1/x"));
        Assert.IsType<MessageSecurityException>(byHost);
        var byCertificate = Refused(session, new EndpointAddress(Nowhere().Uri, new X509CertificateEndpointIdentity(TestCertificates.Other)));
        Assert.IsType<MessageSecurityException>(byCertificate);
    }

    [Fact]
    public async Task IdentityThatMatches_IsSentTo()
    {
        await using var service = await StartAsync(session: true);
        var byIp = new Uri(service.Address.AbsoluteUri.Replace("localhost", "127.0.0.1", StringComparison.Ordinal));
        Call(new EndpointAddress(byIp, new DnsEndpointIdentity("localhost")));
        Call(new EndpointAddress(byIp, new X509CertificateEndpointIdentity(TestCertificates.Service)));
    }

    [Fact]
    public async Task ServiceCertificate_ComesFromScopeDefaultOrIdentity()
    {
        await using var service = await StartAsync(session: true);
        Call(new EndpointAddress(service.Address), c =>
        {
            c.ServiceCertificate.DefaultCertificate = TestCertificates.Other;
            c.ServiceCertificate.ScopedCertificates[service.Address] = TestCertificates.Service;
        });
        Call(new EndpointAddress(service.Address, new X509CertificateEndpointIdentity(TestCertificates.Service)), c => c.ServiceCertificate.DefaultCertificate = null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UnknownClientCertificate_IsRefused(bool session)
    {
        await using var service = await StartAsync(session);
        using var stranger = Stranger("client");
        var e = Refused(session, new EndpointAddress(service.Address), c => c.ClientCertificate.Certificate = stranger);
        Assert.IsType(session ? typeof(SecurityNegotiationException) : typeof(MessageSecurityException), e);
        Assert.IsType<FaultException>(e.InnerException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WrongPassword_IsRefused(bool session)
    {
        await using var service = await StartAsync(session, "UserName");
        var e = Refused(session, new EndpointAddress(service.Address), c => c.UserName.Password = "guessed", "UserName");
        Assert.IsType(session ? typeof(SecurityNegotiationException) : typeof(MessageSecurityException), e);
        Assert.Equal("FailedAuthentication", Assert.IsType<FaultException>(e.InnerException).Code.SubCode.Name);
    }

    [Theory]
    [InlineData("MutualCertificate", "ClientCertificate")]
    [InlineData("UserName", "UserName")]
    [InlineData("Anonymous", "ServiceCertificate")]
    public void MissingCredentials_AreNamedWhenTheChannelOpens(string bootstrap, string missing)
    {
        foreach (var session in new[] { true, false })
        {
            var e = Refused(session, Nowhere(), c =>
            {
                c.ClientCertificate.Certificate = missing == "ClientCertificate" ? null : c.ClientCertificate.Certificate;
                c.UserName.UserName = missing == "UserName" ? null : c.UserName.UserName;
                c.ServiceCertificate.DefaultCertificate = missing == "ServiceCertificate" ? null : c.ServiceCertificate.DefaultCertificate;
            }, bootstrap);
            Assert.IsType<InvalidOperationException>(e);
            Assert.Contains($"ClientCredentials.{missing}", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ClientCertificateWithoutPrivateKey_IsRefused()
    {
        using var certificate = X509CertificateLoader.LoadCertificate(TestCertificates.Client.RawData);
        var e = Refused(true, Nowhere(), c => c.ClientCertificate.Certificate = certificate);
        Assert.Contains("private key", Assert.IsType<InvalidOperationException>(e).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherKindsOfIdentity_AreRefused()
    {
        var e = Refused(true, new EndpointAddress(Nowhere().Uri, new OtherIdentity()));
        Assert.Contains("OtherIdentity", Assert.IsType<InvalidOperationException>(e).Message, StringComparison.Ordinal);
    }

    /// <summary>No certificate is that of an account.</summary>
    [Fact]
    public void IdentityOfAnAccount_IsNotThatOfACertificate() => Assert.IsType<MessageSecurityException>(
        Refused(true, new EndpointAddress(Nowhere().Uri, new SpnEndpointIdentity("host/localhost"))));

    private sealed class OtherIdentity : EndpointIdentity;

    private static Task<TestService> StartAsync(bool session, string bootstrap = "MutualCertificate") => TestService.StartAsync(Bootstraps.Service(bootstrap, session));

    // Nobody listens on port 1: whoever sends all the same fails otherwise.
    private static EndpointAddress Nowhere() => new("http://localhost:1/x");

    private static void Call(EndpointAddress address, Action<ClientCredentials>? vary = null)
    {
        using var factory = Clients.Factory<ICalculator>(Clients.Binding(Bootstraps.Client("MutualCertificate", session: true)), address);
        vary?.Invoke(factory.Credentials);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
    }

    private static Exception Refused(bool session, EndpointAddress address, Action<ClientCredentials>? vary = null, string bootstrap = "MutualCertificate")
    {
        var factory = Clients.Factory<ICalculator>(Clients.Binding(Bootstraps.Client(bootstrap, session)), address);
        vary?.Invoke(factory.Credentials);
        var proxy = factory.CreateChannel();
        var e = Assert.ThrowsAny<Exception>(() => proxy.Add(1, 2));
        var asynchronous = Assert.ThrowsAny<Exception>(() => factory.CreateChannel().AddAsync(1, 2).GetAwaiter().GetResult());
        Assert.Equal(e.GetType(), asynchronous.GetType());
        Assert.Equal(session || e is InvalidOperationException ? CommunicationState.Faulted : CommunicationState.Opened, ((IClientChannel)proxy).State);
        factory.Abort();
        return e;
    }

    private static X509Certificate2 IssuedByNobodyKnown(string authority)
    {
        using var issuer = Stranger("authority");
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, caIssuersUris: [authority]));
        return request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1),
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1]);
    }

    private static X509Certificate2 Stranger(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private sealed class Refusing : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate) => throw new System.IdentityModel.Tokens.SecurityTokenValidationException("no");
    }

    private sealed class OwnCredentials : ClientCredentials
    {
        public bool WasAsked { get; private set; }

        public override SecurityTokenManager CreateSecurityTokenManager()
        {
            WasAsked = true;
            return base.CreateSecurityTokenManager();
        }

        protected override ClientCredentials CloneCore() => this;
    }
}
