using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Security;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using X509CertificateValidationMode = System.ServiceModel.Security.X509CertificateValidationMode;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>What is refused is named as the stack names it: a walk over the settings of bindings, and over credentials.</summary>
public sealed class StackNameTests
{
    private static readonly StackNames Names = new(
        [
            typeof(ChannelFactory).Assembly, typeof(HttpTransportBindingElement).Assembly, typeof(MessageSecurityBindingElement).Assembly,
            typeof(X509RevocationMode).Assembly,
        ],
        // The element has settings of the engine for what the stack does not have.
        typeof(SecureConversation.Binding.SecurityBindingElement).Assembly.GetExportedTypes().Where(t => t.Namespace == "SecureConversation.Binding")
            .Append(typeof(ProtectionLevelAttribute)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RefusalsOfBindings_NameWhatTheStackHas(bool isSession)
    {
        var texts = new[] { "mutual", "mutual10", "duplex", "anonymous", "username" }
            .SelectMany(bootstrap => StackNames.Vary(() => Element(bootstrap, isSession), Parts))
            .SelectMany(element => new[] { MessageVersion.Soap12WSAddressing10, MessageVersion.Soap11 }.Select(version => Refusal(element, version, _ => { })));
        Names.Require(texts, atLeast: 5);
    }

    private static IEnumerable<object> Parts(MessageSecurityBindingElement element) =>
        element.BootstrapSecurityBindingElement is { } bootstrap
            ? [element, element.LocalClientSettings, bootstrap, bootstrap.LocalClientSettings]
            : [element, element.LocalClientSettings];

    private static MessageSecurityBindingElement Element(string bootstrap, bool isSession)
    {
        var element = bootstrap switch
        {
            "mutual" => MessageSecurityBindingElement.CreateMutualCertificateBindingElement(),
            "mutual10" => MessageSecurityBindingElement.CreateMutualCertificateBindingElement(
                MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10),
            "duplex" => MessageSecurityBindingElement.CreateMutualCertificateDuplexBindingElement(),
            "anonymous" => MessageSecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
            _ => MessageSecurityBindingElement.CreateUserNameForCertificateBindingElement(),
        };
        return isSession ? MessageSecurityBindingElement.CreateSecureConversationBindingElement(element) : element;
    }

    [Fact]
    public void RefusalsOfDropIns_NameWhatTheStackHas()
    {
        var texts = new List<string?>();
        foreach (var credential in Enum.GetValues<MessageCredentialType>())
        {
            foreach (var negotiates in new[] { true, false })
            {
                var binding = new WSHttpBinding(SecurityMode.Message);
                binding.Security.Message.ClientCredentialType = credential;
                binding.Security.Message.NegotiateServiceCredential = negotiates;
                texts.Add(Record.Exception(binding.CreateBindingElements)?.Message);
            }
        }

        texts.Add(Record.Exception(new WSHttpBinding(SecurityMode.Message, true) { Security = { Message = { EstablishSecurityContext = false } } }.CreateBindingElements)?.Message);
        var basic = new BasicHttpBinding(BasicHttpSecurityMode.Message);
        texts.Add(Record.Exception(basic.CreateBindingElements)?.Message);
        var federation = new WSFederationHttpBinding { Security = { Message = { IssuedKeyType = System.IdentityModel.Tokens.SecurityKeyType.BearerKey } } };
        texts.Add(Record.Exception(federation.CreateBindingElements)?.Message);
        Names.Require(texts, atLeast: 4);
    }

    [Fact]
    public void RefusalsOfCredentials_NameWhatTheStackHas()
    {
        var mutual = () => MessageSecurityBindingElement.CreateMutualCertificateBindingElement();
        var userName = () => MessageSecurityBindingElement.CreateUserNameForCertificateBindingElement();
        using var disposed = X509CertificateLoader.LoadCertificate(TestCertificates.Service.RawData);
        string?[] texts =
        [
            Refusal(mutual(), null, c => c.ServiceCertificate.DefaultCertificate = null),
            Refusal(mutual(), null, c => c.ClientCertificate.Certificate = null),
            Refusal(userName(), null, c => c.UserName.UserName = null),
            Trust(X509CertificateValidationMode.ChainTrust, X509RevocationMode.Online),
            Trust(X509CertificateValidationMode.ChainTrust, X509RevocationMode.NoCheck),
            Trust(X509CertificateValidationMode.PeerTrust, X509RevocationMode.NoCheck),
            Trust(X509CertificateValidationMode.PeerTrust, X509RevocationMode.NoCheck, StoreLocation.LocalMachine),
            Trust(X509CertificateValidationMode.PeerOrChainTrust, X509RevocationMode.NoCheck),
            Trust(X509CertificateValidationMode.Custom, X509RevocationMode.NoCheck),
            Refusal(mutual(), null, c =>
            {
                c.ServiceCertificate.DefaultCertificate = disposed;
                disposed.Dispose();
            }),
            Refusal(mutual(), null, _ => { }, new EndpointAddress(new Uri("http://somebody.example/x"))),
            Refusal(mutual(), null, _ => { }, new EndpointAddress(new Uri("http://localhost:1/x"), new UpnEndpointIdentity("a@b"))),
        ];
        Names.Require(texts, atLeast: 9);

        string? Trust(X509CertificateValidationMode mode, X509RevocationMode revocation, StoreLocation location = StoreLocation.CurrentUser) =>
            Refusal(mutual(), null, credentials =>
            {
                var authentication = credentials.ServiceCertificate.Authentication;
                (authentication.CertificateValidationMode, authentication.RevocationMode, authentication.TrustedStoreLocation) = (mode, revocation, location);
                authentication.CustomCertificateValidator = null;
            });
    }

    /// <summary>All that the caller sees, the inner exceptions with it.</summary>
    private static string? Refusal(MessageSecurityBindingElement element, MessageVersion? version, Action<ClientCredentials> setUp, EndpointAddress? address = null)
    {
        var binding = Clients.Binding(element, Clients.Text(version ?? MessageVersion.Soap12WSAddressing10));
        var factory = Clients.Factory<ICalculator>(binding, address ?? new EndpointAddress(new Uri("http://localhost:1/x")));
        Clients.SetUp(factory.Credentials);
        setUp(factory.Credentials);
        try
        {
            var e = Record.Exception(() => factory.CreateChannel().Add(1, 2));
            return e is EndpointNotFoundException or CommunicationException { InnerException: HttpRequestException } ? null : StackNames.Texts(e);
        }
        finally
        {
            factory.Abort();
        }
    }
}
