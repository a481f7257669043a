using System.IdentityModel.Selectors;
using System.IdentityModel.Tokens;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Security;
using System.Text;
using System.Xml;
using SecureConversation.Contract.Sides;
using SecureConversation.ServiceModel;
using SecureConversation.Testing;
using ProtectionOrder = SecureConversation.ServiceModel.MessageProtectionOrder;
using WcfBinding = System.ServiceModel.Channels.Binding;
using WcfMessageVersion = System.ServiceModel.Channels.MessageVersion;

namespace SecureConversation.Contract.Wcf.ServiceModel;

/// <summary>The client in the WCF client, a ChannelFactory with SecureConversation.ServiceModel.</summary>
public class ServiceModelSide : IClientSide
{
    private const int Large = 256 * 1024 * 1024;

    public IContractClient Create(Uri address, Scenario scenario) => Connect(Binding(scenario), address, scenario);

    /// <summary>A client with any binding; its messages go where via says, or to the address.</summary>
    public static IContractClient Connect(WcfBinding binding, Uri address, Scenario scenario, Uri? via = null)
    {
        binding.SendTimeout = TimeSpan.FromMinutes(5);
        binding.OpenTimeout = TimeSpan.FromMinutes(5);
        var identity = new X509CertificateEndpointIdentity(scenario.ExpectedService);
        var factory = new ChannelFactory<IContract>(binding, new EndpointAddress(address, identity));
        SetUp(factory.Credentials, scenario);
        return new Client(factory, via);
    }

    protected virtual MessageEncodingBindingElement Encoder(Scenario scenario)
    {
        var version = Static<WcfMessageVersion>(scenario.MessageVersion);
        switch (scenario.Encoding)
        {
            case global::SecureConversation.Binding.MessageEncoding.Mtom:
                var mtom = new MtomMessageEncodingBindingElement(version, Encoding.UTF8) { MaxBufferSize = Large };
                XmlDictionaryReaderQuotas.Max.CopyTo(mtom.ReaderQuotas);
                return mtom;
            case global::SecureConversation.Binding.MessageEncoding.Binary:
                var binary = new BinaryMessageEncodingBindingElement();
                XmlDictionaryReaderQuotas.Max.CopyTo(binary.ReaderQuotas);
                return binary;
            default:
                var text = new TextMessageEncodingBindingElement(version, Encoding.UTF8);
                XmlDictionaryReaderQuotas.Max.CopyTo(text.ReaderQuotas);
                return text;
        }
    }

    private static void SetUp(ClientCredentials credentials, Scenario scenario)
    {
        credentials.ClientCertificate.Certificate = scenario.ClientCertificate;
        credentials.UserName.UserName = Contract.UserName;
        credentials.UserName.Password = scenario.Password;
        credentials.ServiceCertificate.DefaultCertificate = scenario.IsNegotiated ? null : scenario.ExpectedService;
        credentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.Custom;
        credentials.ServiceCertificate.Authentication.CustomCertificateValidator = new Only(scenario.ExpectedService);
    }

    private WcfBinding Binding(Scenario scenario)
    {
        if (scenario.DropIn is { } dropIn)
        {
            return dropIn switch
            {
                DropIn.WSHttp => Switched(new SecureConversation.ServiceModel.WSHttpBinding(SecurityMode.Message, scenario.ReliableSession is not null) { LoggerFactory = RecordedLog.Current }, binding => binding.Security, scenario),
                DropIn.WS2007Http => Switched(new SecureConversation.ServiceModel.WS2007HttpBinding(SecurityMode.Message, scenario.ReliableSession is not null) { LoggerFactory = RecordedLog.Current }, binding => binding.Security, scenario),
                _ => Basic(scenario),
            };
        }

        var transport = new HttpTransportBindingElement { MaxReceivedMessageSize = Large, MaxBufferSize = Large };
        transport.TransferMode = scenario.IsStreamed ? TransferMode.Streamed : TransferMode.Buffered;
        BindingElement[] secured = [Element(scenario), Encoder(scenario), transport];
        return new CustomBinding(scenario.ReliableSession is { } reliable
            ? [new ReliableSessionBindingElement { ReliableMessagingVersion = Static<ReliableMessagingVersion>($"{reliable}") }, .. secured]
            : secured);
    }

    private static T Switched<T>(T binding, Func<T, WSHttpSecurity> security, Scenario scenario)
        where T : WcfBinding
    {
        var message = security(binding).Message;
        message.ClientCredentialType = Enum.Parse<MessageCredentialType>(scenario.CredentialType.ToString());
        message.NegotiateServiceCredential = scenario.IsNegotiated;
        message.EstablishSecurityContext = scenario.InSession;
        message.AlgorithmSuite = Suite(scenario.AlgorithmSuite);
        return binding;
    }

    private static SecureConversation.ServiceModel.BasicHttpBinding Basic(Scenario scenario)
    {
        var binding = new SecureConversation.ServiceModel.BasicHttpBinding(BasicHttpSecurityMode.Message) { LoggerFactory = RecordedLog.Current };
        binding.Security.Message.ClientCredentialType = Enum.Parse<BasicHttpMessageCredentialType>(scenario.CredentialType.ToString());
        binding.Security.Message.AlgorithmSuite = Suite(scenario.AlgorithmSuite);
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
        single.AllowSerializedSigningTokenOnReply = scenario.Bootstrap is Bootstrap.MutualCertificate10 or Bootstrap.MutualCertificateDuplex;
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
        element.LoggerFactory = RecordedLog.Current;
        element.MessageSecurityVersion = version;
        element.DefaultAlgorithmSuite = Suite(scenario.AlgorithmSuite);
        element.SecurityHeaderLayout = Enum.Parse<SecurityHeaderLayout>(scenario.Layout.ToString());
        element.MessageProtectionOrder = Enum.Parse<ProtectionOrder>(scenario.Order.ToString());
        element.KeyEntropyMode = Enum.Parse<SecurityKeyEntropyMode>(scenario.Entropy.ToString());
        element.IncludeTimestamp = scenario.HasTimestamp;
        element.LocalClientSettings.DetectReplays = scenario.HasTimestamp;
        if (scenario.AlwaysDerivesKeys || !scenario.DerivesKeys)
        {
            element.SetKeyDerivation(scenario.AlwaysDerivesKeys);
        }
    }

    // The stack has three suites; the others are extensions of ours, which reflection finds where they are declared.
    private static SecurityAlgorithmSuite Suite(string name) =>
        (SecurityAlgorithmSuite)(typeof(SecurityAlgorithmSuite).GetProperty(name)?.GetMethod ?? typeof(SecurityAlgorithmSuites).GetMethod("get_" + name)!).Invoke(null, null)!;

    private static T Static<T>(string name) => (T)typeof(T).GetProperty(name)!.GetValue(null)!;

    private sealed class Client(ChannelFactory<IContract> factory, Uri? via) : IContractClient
    {
        private readonly IContract _proxy = via is null ? factory.CreateChannel() : factory.CreateChannel(factory.Endpoint.Address, via);

        public string? SessionId => ((IContextChannel)_proxy).SessionId;

        public Task<double> AddAsync(double a, double b) => CallAsync(_proxy.AddAsync(a, b));

        public Task<string> EchoAsync(string text) => CallAsync(_proxy.EchoAsync(text));

        public Task<double> DivideAsync(double a, double b) => CallAsync(_proxy.DivideAsync(a, b));

        public Task<string> FailAsync(string text) => CallAsync(_proxy.FailAsync(text));

        public Task NotifyAsync(string text) => CallAsync(NotifiedAsync(text));

        public Task<int> CountAsync() => CallAsync(_proxy.CountAsync());

        public Task<string> WhoAmIAsync() => CallAsync(_proxy.WhoAmIAsync());

        public Task<string> SignedAsync(string text) => CallAsync(_proxy.SignedAsync(text));

        public Task CloseAsync()
        {
            var channel = (ICommunicationObject)_proxy;
            return Task.Factory.FromAsync(channel.BeginClose, channel.EndClose, null);
        }

        public double Add(double a, double b) => _proxy.Add(a, b);

        public void Close() => ((ICommunicationObject)_proxy).Close();

        public ValueTask DisposeAsync()
        {
            ((ICommunicationObject)_proxy).Abort();
            factory.Abort();
            return default;
        }

        private static async Task<T> CallAsync<T>(Task<T> call)
        {
            try
            {
                return await call;
            }
            catch (FaultException e)
            {
                throw new ContractFaultException(e.Code.SubCode?.Name, e.Message, (e as FaultException<MathFault>)?.Detail.Reason);
            }
            catch (MessageSecurityException e)
            {
                throw new ContractRefusedException(e.Message, e.InnerException is FaultException { Code.SubCode.Name: "BadContextToken" }, e);
            }
            catch (SecurityNegotiationException e)
            {
                throw new ContractRefusedException(e.Message, isSessionLost: false, e);
            }
        }

        private async Task<bool> NotifiedAsync(string text)
        {
            await _proxy.NotifyAsync(text);
            return true;
        }
    }

    private sealed class Only(X509Certificate2 expected) : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
            if (certificate.Thumbprint != expected.Thumbprint)
            {
                throw new SecurityTokenValidationException("Not the expected service.");
            }
        }
    }
}
