using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using CoreWCF.Description;
using CoreWCF.IdentityModel.Selectors;
using CoreWCF.IdentityModel.Tokens;
using CoreWCF.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Contract.Sides;
using SecureConversation.CoreWCF;
using SecureConversation.Testing;
using WcfBinding = CoreWCF.Channels.Binding;
using WcfMessageVersion = CoreWCF.Channels.MessageVersion;

namespace SecureConversation.Contract.Wcf.CoreWcf;

/// <summary>The service in CoreWCF, with SecureConversation.CoreWCF.</summary>
public class CoreWcfSide : IServiceSide
{
    private const int Large = 256 * 1024 * 1024;

    public async Task<IContractService> StartAsync(Scenario scenario)
    {
        var probe = new ServiceProbe();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, scenario.Port);
            kestrel.Limits.MaxRequestBodySize = null;
            // CoreWCF reads streamed messages so, with message security or without.
            kestrel.AllowSynchronousIO = scenario.IsStreamed;
        });
        builder.Services.AddServiceModelServices();
        builder.Services.AddSingleton(probe);
        builder.Services.AddSingleton(AspNetCoreSide.Cookies);
        builder.Services.AddTransient<ContractService>();
        var app = builder.Build();
        app.Use(probe.Tap);
        app.UseServiceModel(model =>
        {
            model.AddService<ContractService>();
            var binding = Binding(scenario);
            binding.ReceiveTimeout = scenario.IdleTimeout;
            model.AddServiceEndpoint(typeof(ContractService), scenario.InSession ? typeof(ISessionContract) : typeof(IContract), binding, new Uri("/contract", UriKind.Relative), null);
            model.ConfigureServiceHostBase<ContractService>(host => SetUp(host.Credentials));
        });
        await app.StartAsync();
        return new KestrelContractService(app, probe);
    }

    protected virtual MessageEncodingBindingElement Encoder(Scenario scenario)
    {
        var version = (WcfMessageVersion)typeof(WcfMessageVersion).GetProperty(scenario.MessageVersion)!.GetValue(null)!;
        switch (scenario.Encoding)
        {
            case global::SecureConversation.Binding.MessageEncoding.Mtom:
                var mtom = new MtomMessageEncodingBindingElement(version, System.Text.Encoding.UTF8) { MaxBufferSize = Large };
                XmlDictionaryReaderQuotas.Max.CopyTo(mtom.ReaderQuotas);
                return mtom;
            case global::SecureConversation.Binding.MessageEncoding.Binary:
                return new BinaryMessageEncodingBindingElement { ReaderQuotas = XmlDictionaryReaderQuotas.Max };
            default:
                return new TextMessageEncodingBindingElement { MessageVersion = version, ReaderQuotas = XmlDictionaryReaderQuotas.Max };
        }
    }

    public static void SetUp(ServiceCredentials credentials)
    {
        credentials.ServiceCertificate.Certificate = TestCertificates.Service;
        credentials.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.Custom;
        credentials.ClientCertificate.Authentication.CustomCertificateValidator = new OnlyTestClient();
        credentials.UserNameAuthentication.UserNamePasswordValidationMode = UserNamePasswordValidationMode.Custom;
        credentials.UserNameAuthentication.CustomUserNamePasswordValidator = new OnlyAlice();
    }

    private WcfBinding Binding(Scenario scenario)
    {
        if (scenario.DropIn is { } dropIn)
        {
            return dropIn switch
            {
                DropIn.WSHttp => Switched(new SecureConversation.CoreWCF.WSHttpBinding(SecurityMode.Message), binding => binding.Security, scenario),
                DropIn.WS2007Http => Switched(new SecureConversation.CoreWCF.WS2007HttpBinding(SecurityMode.Message), binding => binding.Security, scenario),
                _ => Basic(scenario),
            };
        }

        var transport = new HttpTransportBindingElement { MaxReceivedMessageSize = Large, MaxBufferSize = Large };
        transport.TransferMode = scenario.IsStreamed ? TransferMode.Streamed : TransferMode.Buffered;
        return new CustomBinding(Element(scenario), Encoder(scenario), transport);
    }

    private static T Switched<T>(T binding, Func<T, WSHTTPSecurity> security, Scenario scenario)
        where T : WcfBinding
    {
        var message = security(binding).Message;
        message.ClientCredentialType = Enum.Parse<MessageCredentialType>(scenario.CredentialType.ToString());
        message.NegotiateServiceCredential = scenario.IsNegotiated;
        message.EstablishSecurityContext = scenario.InSession;
        message.AlgorithmSuite = Static<SecurityAlgorithmSuite>(scenario.AlgorithmSuite);
        return binding;
    }

    private static SecureConversation.CoreWCF.BasicHttpBinding Basic(Scenario scenario)
    {
        var binding = new SecureConversation.CoreWCF.BasicHttpBinding(BasicHttpSecurityMode.Message);
        binding.Security.Message.ClientCredentialType = Enum.Parse<BasicHttpMessageCredentialType>(scenario.CredentialType.ToString());
        binding.Security.Message.AlgorithmSuite = Static<SecurityAlgorithmSuite>(scenario.AlgorithmSuite);
        return binding;
    }

    public static MessageSecurityBindingElement Element(Scenario scenario)
    {
        var version = Static<MessageSecurityVersion>(scenario.SecurityVersion);
        var single = scenario.Bootstrap switch
        {
            Bootstrap.MutualCertificate => MessageSecurityBindingElement.CreateMutualCertificateBindingElement(version),
            Bootstrap.MutualCertificate10 => MessageSecurityBindingElement.CreateMutualCertificateBindingElement(version, true),
            Bootstrap.MutualCertificateDuplex => MessageSecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version),
            Bootstrap.Anonymous => MessageSecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
            Bootstrap.UserName => MessageSecurityBindingElement.CreateUserNameForCertificateBindingElement(),
            Bootstrap.UserNameForSsl => MessageSecurityBindingElement.CreateUserNameForSslBindingElement(scenario.KeepsNegotiated),
            Bootstrap.SslNegotiation => MessageSecurityBindingElement.CreateSslNegotiationBindingElement(false, scenario.KeepsNegotiated),
            Bootstrap.SslNegotiationWithCertificate => MessageSecurityBindingElement.CreateSslNegotiationBindingElement(true, scenario.KeepsNegotiated),
            _ => throw new ArgumentOutOfRangeException(nameof(scenario)),
        };
        Apply(single, scenario, version);
        if (!scenario.InSession)
        {
            single.EnableUnsecuredResponse = scenario.HasUnsecuredReplies;
            return single;
        }

        var session = MessageSecurityBindingElement.CreateSecureConversationBindingElement(single);
        Apply(session, scenario, scenario.SessionVersion is { } own ? Static<MessageSecurityVersion>(own) : version);
        session.EnableUnsecuredResponse = scenario.HasUnsecuredReplies;
        return session;
    }

    private static void Apply(MessageSecurityBindingElement element, Scenario scenario, MessageSecurityVersion version)
    {
        element.MessageSecurityVersion = version;
        element.DefaultAlgorithmSuite = Static<SecurityAlgorithmSuite>(scenario.AlgorithmSuite);
        element.SecurityHeaderLayout = Enum.Parse<SecurityHeaderLayout>(scenario.Layout.ToString());
        element.MessageProtectionOrder = Enum.Parse<MessageProtectionOrder>(scenario.Order.ToString());
        element.KeyEntropyMode = Enum.Parse<SecurityKeyEntropyMode>(scenario.Entropy.ToString());
        element.IncludeTimestamp = scenario.HasTimestamp;
        element.LocalServiceSettings.DetectReplays = scenario.HasTimestamp;
        if (scenario.KeyLife is { } life)
        {
            element.LocalServiceSettings.SessionKeyRolloverInterval = life;
            element.LocalServiceSettings.SessionKeyRenewalInterval = life;
        }

        if (scenario.AlwaysDerivesKeys || !scenario.DerivesKeys)
        {
            element.SetKeyDerivation(scenario.AlwaysDerivesKeys);
        }
    }

    private static T Static<T>(string name) => (T)typeof(T).GetProperty(name)!.GetValue(null)!;

    private sealed class OnlyTestClient : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
            if (certificate.Thumbprint != TestCertificates.Client.Thumbprint)
            {
                throw new SecurityTokenValidationException("Not the test client.");
            }
        }
    }

    private sealed class OnlyAlice : UserNamePasswordValidator
    {
        public override ValueTask ValidateAsync(string userName, string password) =>
            userName == Contract.UserName && password == Contract.Password ? default : throw new SecurityTokenValidationException("Not Alice.");
    }
}
