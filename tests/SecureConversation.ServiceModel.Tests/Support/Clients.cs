using System.IdentityModel.Selectors;
using System.IdentityModel.Tokens;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using SecureConversation.Testing;
using StackValidation = System.ServiceModel.Security.X509CertificateValidationMode;

namespace SecureConversation.ServiceModel.Tests.Support;

/// <summary>Clients of the stack for the calculator.</summary>
internal static class Clients
{
    public static CustomBinding Binding(MessageSecurityBindingElement security, MessageEncodingBindingElement? encoder = null,
        Action<HttpTransportBindingElement>? transport = null, bool https = false)
    {
        var http = https ? new HttpsTransportBindingElement() : new HttpTransportBindingElement();
        http.MaxReceivedMessageSize = int.MaxValue;
        http.MaxBufferSize = int.MaxValue;
        transport?.Invoke(http);
        security.LoggerFactory = RecordedLog.Current;
        return new CustomBinding(security, encoder ?? Text(MessageVersion.Soap12WSAddressing10), http);
    }

    public static TextMessageEncodingBindingElement Text(MessageVersion version)
    {
        var text = new TextMessageEncodingBindingElement(version, System.Text.Encoding.UTF8);
        System.Xml.XmlDictionaryReaderQuotas.Max.CopyTo(text.ReaderQuotas);
        return text;
    }

    public static ChannelFactory<T> Factory<T>(System.ServiceModel.Channels.Binding binding, EndpointAddress address)
    {
        var factory = new ChannelFactory<T>(binding, address);
        SetUp(factory.Credentials);
        return factory;
    }

    public static ChannelFactory<ICalculator> Factory(System.ServiceModel.Channels.Binding binding, Uri address) => Factory<ICalculator>(binding, new EndpointAddress(address));

    public static void SetUp(ClientCredentials credentials)
    {
        credentials.ClientCertificate.Certificate = TestCertificates.Client;
        credentials.UserName.UserName = TestCredentials.UserName;
        credentials.UserName.Password = TestCredentials.Password;
        credentials.ServiceCertificate.DefaultCertificate = TestCertificates.Service;
        credentials.ServiceCertificate.Authentication.CertificateValidationMode = StackValidation.Custom;
        credentials.ServiceCertificate.Authentication.CustomCertificateValidator = new TrustAuthority();
        credentials.ServiceCertificate.SslCertificateAuthentication = new()
        {
            CertificateValidationMode = StackValidation.None,
            RevocationMode = X509RevocationMode.NoCheck,
        };
    }

    private sealed class TrustAuthority : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(TestCertificates.Authority);
            if (!chain.Build(certificate))
            {
                throw new SecurityTokenValidationException("not of the test authority");
            }
        }
    }
}
