using System.Net.Security;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using SecureConversation.AspNetCore;
using SecureConversation.Credentials;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using EndpointIdentity = System.ServiceModel.EndpointIdentity;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>Lines of WCF code that work as they stand, and those that are refused in words.</summary>
public sealed class MovedCodeTests
{
    [ServiceContract(Namespace = "urn:calc", Name = "ICalculator", CallbackContract = typeof(ICallback))]
    public interface IDuplexCalculator
    {
        [OperationContract]
        double Add(double a, double b);
    }

    public interface ICallback
    {
        [OperationContract(IsOneWay = true)]
        void Changed(double value);
    }

    /// <summary>The levels of a message contract: of a header, of the parts of the body, of the message.</summary>
    [ServiceContract(Namespace = "urn:calc", Name = "ICalculator")]
    [UseProtectionLevels]
    public interface IMessages
    {
        [OperationContract(Action = "urn:calc/ICalculator/Notify", IsOneWay = true)]
        void Notify(PartlyMessage message);

        [OperationContract(Action = "urn:calc/ICalculator/Notify2", IsOneWay = true)]
        void NotifyOpenly(SignedMessage message);

        [OperationContract, FaultContract(typeof(MathFault))]
        [ProtectionLevel(ProtectionLevel.EncryptAndSign)]
        [ProtectionLevel(ProtectionLevel.Sign, Fault = typeof(MathFault))]
        double Divide(double a, double b);
    }

    [MessageContract(WrapperName = "Notify", WrapperNamespace = "urn:calc")]
    public sealed class PartlyMessage
    {
        [MessageHeader(Namespace = "urn:header")]
        [ProtectionLevel(ProtectionLevel.Sign)]
        public string? Route { get; set; }

        [MessageHeader(Namespace = "urn:header")]
        public string? Secret { get; set; }

        [MessageBodyMember(Name = "text", Namespace = "urn:calc", Order = 0)]
        [ProtectionLevel(ProtectionLevel.Sign)]
        public string? Text { get; set; }

        [MessageBodyMember(Name = "more", Namespace = "urn:calc", Order = 1)]
        public string? More { get; set; }
    }

    [MessageContract(WrapperName = "Notify", WrapperNamespace = "urn:calc")]
    [ProtectionLevel(ProtectionLevel.Sign)]
    public sealed class SignedMessage
    {
        [MessageHeader(Namespace = "urn:header")]
        [ProtectionLevel(ProtectionLevel.EncryptAndSign)]
        public string? Secret { get; set; }

        [MessageBodyMember(Name = "text", Namespace = "urn:calc")]
        public string? Text { get; set; }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FaultOfAValidator_ReachesTheCaller(bool isSession)
    {
        await using var service = await TestService.StartAsync(options =>
        {
            options.Binding = Bootstraps.Service("UserName", isSession);
            options.Credentials = new ServiceCredentials
            {
                ServiceCertificate = TestCredentials.Service.ServiceCertificate,
                UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) =>
                    throw new SoapFaultException("The account is locked.") { Subcode = new("Locked", "urn:accounts") }),
            };
        });
        using var factory = Clients.Factory(Clients.Binding(Bootstraps.Client("UserName", isSession)), service.Address);
        var proxy = factory.CreateChannel();
        var e = Assert.ThrowsAny<CommunicationException>(() => proxy.Add(1, 2));
        Assert.IsType(isSession ? typeof(SecurityNegotiationException) : typeof(MessageSecurityException), e);
        Assert.Contains("not secured", e.Message, StringComparison.Ordinal);
        var fault = Assert.IsType<FaultException>(e.InnerException);
        Assert.Equal("The account is locked.", fault.Reason.ToString());
        Assert.True(fault.Code.IsSenderFault);
        Assert.Equal(("Locked", "urn:accounts"), (fault.Code.SubCode.Name, fault.Code.SubCode.Namespace));
        ((IClientChannel)proxy).Abort();
    }

    [Fact]
    public async Task LevelsOfMessagesHeadersPartsAndFaults_Differ()
    {
        const string Notify = "urn:calc/ICalculator/Notify";
        const EngineBinding.MessageDirection Request = EngineBinding.MessageDirection.ClientToService;
        var levels = EngineBinding.ChannelProtectionRequirements.Default
            .WithHeader(Request, Notify, "Route", "urn:header", ProtectionLevel.Sign)
            .WithHeader(Request, Notify, "Secret", "urn:header", ProtectionLevel.EncryptAndSign)
            .WithRequest(Notify + "2", ProtectionLevel.Sign)
            .WithHeader(Request, Notify + "2", "Secret", "urn:header", ProtectionLevel.EncryptAndSign)
            .WithFault("urn:calc/ICalculator/DivideMathFaultFault", ProtectionLevel.Sign);
        await using var service = await TestService.StartAsync(options =>
        {
            options.Binding = Bootstraps.Service("MutualCertificate", session: true);
            options.ProtectionRequirements = levels;
        });
        using var factory = Clients.Factory<IMessages>(Clients.Binding(Bootstraps.Client("MutualCertificate", session: true)), new EndpointAddress(service.Address));
        var proxy = factory.CreateChannel();
        proxy.Notify(new PartlyMessage { Route = "r", Secret = "s", Text = "t", More = "m" });
        proxy.NotifyOpenly(new SignedMessage { Secret = "s", Text = "t" });
        Assert.Equal("zero", Assert.Throws<FaultException<MathFault>>(() => proxy.Divide(1, 0)).Detail.Reason);
        ((IClientChannel)proxy).Close();
        var encrypted = service.Requests.Select(r => string.Join(',', r.Protection.EncryptedParts)).ToArray();
        Assert.Equal((true, true, false), (Has(0, "Body"), Has(0, "Secret"), Has(0, "Route")));
        Assert.Equal((false, true), (Has(1, "Body"), Has(1, "Secret")));
        bool Has(int message, string part) => encrypted[message].Contains(part, StringComparison.Ordinal);
    }

    /// <summary>WCF code looks for SecurityBindingElement here.</summary>
    [Fact]
    public async Task ClockSkew_IsSetOnTheElementsOfADropIn()
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true));
        var binding = new WSHttpBinding(SecurityMode.Message);
        binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        var elements = binding.CreateBindingElements();
        Assert.Null(elements.Find<SecurityBindingElement>());
        var security = elements.Find<MessageSecurityBindingElement>();
        security.LocalClientSettings.MaxClockSkew = TimeSpan.FromMinutes(10);
        security.BootstrapSecurityBindingElement!.LocalClientSettings.MaxClockSkew = TimeSpan.FromMinutes(10);
        var custom = new CustomBinding(elements);
        var settings = custom.Elements.Find<MessageSecurityBindingElement>();
        Assert.Equal(TimeSpan.FromMinutes(10), settings.Settings.LocalClientSettings.MaxClockSkew);
        Assert.Equal(TimeSpan.FromMinutes(10), settings.BootstrapSecurityBindingElement!.Settings.LocalClientSettings.MaxClockSkew);
        settings.MessageSecurityVersion = MessageSecurityVersion.Default;
        settings.BootstrapSecurityBindingElement.MessageSecurityVersion = MessageSecurityVersion.Default;
        using var factory = Clients.Factory(custom, service.Address);
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FactoriesOfIdentities_Work(bool isDns)
    {
        await using var service = await TestService.StartAsync(Bootstraps.Service("MutualCertificate", session: true));
        var identity = isDns ? EndpointIdentity.CreateDnsIdentity("localhost") : EndpointIdentity.CreateX509CertificateIdentity(TestCertificates.Service);
        using var factory = Clients.Factory<ICalculator>(
            Clients.Binding(Bootstraps.Client("MutualCertificate", session: true)), new EndpointAddress(service.Address, identity));
        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        ((IClientChannel)proxy).Close();
        var other = Clients.Factory<ICalculator>(Clients.Binding(Bootstraps.Client("MutualCertificate", session: true)), new EndpointAddress(
            service.Address, isDns ? EndpointIdentity.CreateDnsIdentity("other.example") : EndpointIdentity.CreateX509CertificateIdentity(TestCertificates.Other)));
        var e = Assert.Throws<MessageSecurityException>(() => other.CreateChannel().Add(1, 2));
        Assert.Contains("EndpointAddress", e.Message, StringComparison.Ordinal);
        other.Abort();
    }

    /// <summary>The words are the stack's own.</summary>
    [Fact]
    public void ReliableSession_WithoutSecuritySession_IsRefusedInWords()
    {
        var binding = new WS2007HttpBinding(SecurityMode.Message, reliableSessionEnabled: true);
        binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        binding.Security.Message.EstablishSecurityContext = false;
        Refused("EstablishSecurityContext", () => binding.CreateBindingElements());

        // Without message security it is that of the stack.
        Assert.NotNull(new WSHttpBinding(SecurityMode.None, reliableSessionEnabled: true).CreateBindingElements());
    }

    [Fact]
    public void Mtom_IsTakenFromTheDropIn()
    {
        var binding = new WSHttpBinding(SecurityMode.Message) { MessageEncoding = WSMessageEncoding.Mtom };
        binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        var elements = binding.CreateBindingElements();
        Assert.NotNull(elements.Find<MtomMessageEncodingBindingElement>());
        Assert.NotNull(elements.Find<MessageSecurityBindingElement>());
    }

    /// <summary>The stack itself says it: no channel of ours can do duplex.</summary>
    [Fact]
    public void ContractWithCallbacks_IsRefusedInWords()
    {
        var binding = Clients.Binding(Bootstraps.Client("MutualCertificate", session: true));
        var factory = new DuplexChannelFactory<IDuplexCalculator>(new InstanceContext(new Callback()), binding, new EndpointAddress("http://localhost:1/x"));
        Clients.SetUp(factory.Credentials);
        Refused("Duplex", () => factory.CreateChannel());
    }

    private static void Refused(string text, Action action) =>
        Assert.Contains(text, Assert.Throws<InvalidOperationException>(action).Message, StringComparison.Ordinal);

    private sealed class Callback : ICallback
    {
        public void Changed(double value)
        {
        }
    }
}
