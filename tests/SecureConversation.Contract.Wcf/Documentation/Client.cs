using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using SecureConversation.Testing;

namespace Documentation.Client;

// The one line that is new. Inside the namespace it wins over the bindings of the same names in the client's stack.
using SecureConversation.ServiceModel;

[ServiceContract(Namespace = "http://Microsoft.ServiceModel.Samples", SessionMode = SessionMode.Required)]
public interface ICalculatorSession
{
    [OperationContract(IsOneWay = true)]
    void Clear();

    [OperationContract(IsOneWay = true)]
    void AddTo(double n);

    [OperationContract(IsOneWay = true)]
    void SubtractFrom(double n);

    [OperationContract(IsOneWay = true)]
    void MultiplyBy(double n);

    [OperationContract(IsOneWay = true)]
    void DivideBy(double n);

    [OperationContract]
    double Equals();

    [OperationContract]
    string CallerIdentity();
}

public static class Program
{
    /// <summary>The switch.</summary>
    public static Binding BySwitch()
    {
        var binding = new WSHttpBinding();
        binding.Security.Mode = SecurityMode.Message;
        binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        binding.Security.Message.EstablishSecurityContext = true;
        return binding;
    }

    /// <summary>Nested binding elements.</summary>
    public static Binding ByElements()
    {
        var bootstrap = MessageSecurityBindingElement.CreateMutualCertificateBindingElement();
        var security = MessageSecurityBindingElement.CreateSecureConversationBindingElement(bootstrap, true);
        return new CustomBinding(security, new TextMessageEncodingBindingElement(), new HttpTransportBindingElement());
    }

    public static (double Result, string Caller, string? SessionId) Run(Binding binding, Uri address)
    {
        var factory = new ChannelFactory<ICalculatorSession>(binding, new EndpointAddress(address));
        factory.Credentials.ClientCertificate.Certificate = TestCertificates.Client;
        factory.Credentials.ServiceCertificate.DefaultCertificate = TestCertificates.Service;
        factory.Credentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
        var calculator = factory.CreateChannel();

        calculator.Clear();
        calculator.AddTo(100.0D);
        calculator.SubtractFrom(50.0D);
        calculator.MultiplyBy(17.65D);
        calculator.DivideBy(2.0D);
        var answer = (calculator.Equals(), calculator.CallerIdentity(), ((IContextChannel)calculator).SessionId);

        ((IClientChannel)calculator).Close();
        factory.Close();
        return answer;
    }
}
