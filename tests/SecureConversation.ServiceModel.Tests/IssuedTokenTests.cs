using System.IdentityModel.Tokens;
using System.ServiceModel;
using System.ServiceModel.Channels;
using Microsoft.AspNetCore.DataProtection;
using SecureConversation.AspNetCore;
using SecureConversation.Credentials;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Clients of the stack whose binding asks for tokens of an issuer, over sockets.</summary>
public sealed class IssuedTokenTests
{
    public static MatrixTheoryData<bool, SecurityKeyType, bool, bool> Bindings { get; } = new(
        [false, true], Enum.GetValues<SecurityKeyType>(), [false, true], [false, true]);

    /// <summary>As in WCF, the drop-in for February 2005 has no token of a bearer.</summary>
    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task FederationBinding_AsksItsIssuer_AndCallsTheService(bool is2007, SecurityKeyType key, bool inSession, bool negotiates)
    {
        if (key == SecurityKeyType.BearerKey && !is2007)
        {
            return;
        }

        await using var sts = await IssuerService.StartAsync();
        var binding = is2007 ? new WS2007FederationHttpBinding(WSFederationHttpSecurityMode.Message) : new WSFederationHttpBinding(WSFederationHttpSecurityMode.Message);
        binding.Security.Message.IssuedKeyType = key;
        binding.Security.Message.EstablishSecurityContext = inSession;
        binding.Security.Message.NegotiateServiceCredential = negotiates;
        binding.Security.Message.IssuerAddress = new EndpointAddress(sts.Address);
        binding.Security.Message.IssuerBinding = IssuerService.Binding();
        await using var service = await StartAsync(binding.CreateBindingElements().Find<MessageSecurityBindingElement>()!.Settings);
        using var factory = Clients.Factory(binding, service.Address);
        var proxy = factory.CreateChannel();

        Assert.Equal(3, await proxy.AddAsync(1, 2));
        Assert.Equal(7, proxy.Add(3, 4));

        Assert.Equal(["alice", "alice"], service.Users);
        Assert.Equal(1, sts.Issuer.Count);
        ((IClientChannel)proxy).Close();
    }

    /// <summary>The issuer's binding may be the stack's own: what is asked goes through the element of this library.</summary>
    [Theory]
    [InlineData(MessageCredentialType.UserName)]
    [InlineData(MessageCredentialType.Certificate)]
    public async Task IssuerOverTls_IsAskedWithTheCredentialOfTheMessage(MessageCredentialType credential)
    {
        var security = (credential == MessageCredentialType.UserName
            ? EngineBinding.SecurityBindingElement.CreateUserNameOverTransportBindingElement()
            : EngineBinding.SecurityBindingElement.CreateCertificateOverTransportBindingElement()) with
        {
            MessageSecurityVersion = EngineBinding.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
        };
        await using var sts = await IssuerService.StartAsync(security, https: true);
        var issuer = new System.ServiceModel.WS2007HttpBinding(SecurityMode.TransportWithMessageCredential);
        issuer.Security.Message.ClientCredentialType = credential;
        issuer.Security.Message.EstablishSecurityContext = false;
        issuer.Security.Message.NegotiateServiceCredential = false;
        var binding = new WS2007FederationHttpBinding(WSFederationHttpSecurityMode.Message);
        binding.Security.Message.NegotiateServiceCredential = false;
        binding.Security.Message.IssuerAddress = new EndpointAddress(sts.Address);
        binding.Security.Message.IssuerBinding = issuer;
        await using var service = await StartAsync(binding.CreateBindingElements().Find<MessageSecurityBindingElement>()!.Settings);
        using var factory = Clients.Factory(binding, service.Address);
        var proxy = factory.CreateChannel();

        Assert.Equal(3, await proxy.AddAsync(1, 2));

        Assert.Equal(["alice"], service.Users);
        Assert.Equal(1, sts.Issuer.Count);
        ((IClientChannel)proxy).Close();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Provider_OfTheBehavior_IsAsked(bool overTls)
    {
        var element = overTls
            ? (EngineBinding.SecurityBindingElement)EngineBinding.SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(new())
            : EngineBinding.SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(new());
        var provider = new DirectTokenProvider(new TestTokenIssuer { Audience = Audience });
        await using var service = await StartAsync(element, overTls);
        using var factory = Clients.Factory(Clients.Binding(new MessageSecurityBindingElement(element), https: overTls), service.Address);
        factory.Endpoint.EndpointBehaviors.Add(new IssuedTokenClientBehavior { IssuedTokenProvider = provider });
        var proxy = factory.CreateChannel();

        Assert.Equal(3, await proxy.AddAsync(1, 2));

        Assert.Equal(["alice"], service.Users);
        Assert.Equal(service.Address, Assert.Single(provider.Requests).AppliesTo);
        ((IClientChannel)proxy).Close();
    }

    [Fact]
    public async Task Client_ThatKnowsNoIssuer_IsToldWhatToSet()
    {
        var element = EngineBinding.SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(new());
        await using var service = await StartAsync(element);
        using var factory = Clients.Factory(Clients.Binding(new MessageSecurityBindingElement(element)), service.Address);
        var proxy = factory.CreateChannel();

        var failed = await Assert.ThrowsAnyAsync<Exception>(() => proxy.AddAsync(1, 2));

        Assert.Contains("IssuedTokenProvider", $"{failed}", StringComparison.Ordinal);
        ((IClientChannel)proxy).Abort();
    }

    private const string Audience = "urn:calculator";

    private static Task<TestService> StartAsync(EngineBinding.SecurityBindingElement element, bool https = false) => TestService.StartAsync(options =>
    {
        options.Binding = element;
        options.SecurityStateEncoder = new DataProtectionSecurityStateEncoder(new EphemeralDataProtectionProvider());
        options.Credentials = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            IssuedTokenAuthentication = new() { KnownCertificates = [TestTokenIssuer.Certificate], AllowedAudienceUris = [Audience] },
        };
    }, https: https);

    /// <summary>A security token service behind a socket, which knows its clients by their certificates.</summary>
    private sealed class IssuerService : IAsyncDisposable
    {
        private readonly TestService _host;

        private IssuerService(TestService host, TestTokenIssuer issuer) => (_host, Issuer) = (host, issuer);

        public TestTokenIssuer Issuer { get; }

        public Uri Address => _host.Address;

        public static WS2007HttpBinding Binding()
        {
            var binding = new WS2007HttpBinding(SecurityMode.Message);
            binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
            binding.Security.Message.NegotiateServiceCredential = false;
            binding.Security.Message.EstablishSecurityContext = false;
            return binding;
        }

        public static async Task<IssuerService> StartAsync(EngineBinding.SecurityBindingElement? security = null, bool https = false)
        {
            var issuer = new TestTokenIssuer { Audience = Audience };
            security ??= Binding().CreateBindingElements().Find<MessageSecurityBindingElement>()!.Settings;
            var host = await TestService.StartAsync(options => options.Binding = security, https: https);
            host.Handle = async context => SoapReply.FromEnvelope(await issuer.AnswerAsync(context.Envelope, context.RequestAborted));
            return new IssuerService(host, issuer);
        }

        public ValueTask DisposeAsync() => _host.DisposeAsync();
    }
}
