// The calculator of WCF's documentation: mutual certificates, a secure session. Calls samples/CoreWcfService.

using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using Samples;
using WSHttpBinding = SecureConversation.ServiceModel.WSHttpBinding; // The line that is new.

var binding = new WSHttpBinding(SecurityMode.Message);
binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
binding.Security.Message.NegotiateServiceCredential = false;
binding.Security.Message.EstablishSecurityContext = true;

var address = new EndpointAddress(args is [var uri] ? uri : "http://localhost:8000/calculator");
var client = new CalculatorClient(binding, address);
client.ClientCredentials.ClientCertificate.Certificate = SampleCertificates.Client;
client.ClientCredentials.ServiceCertificate.DefaultCertificate = SampleCertificates.Service;
// The certificate is known beforehand and no authority vouches for it; one from an authority needs no such line.
client.ClientCredentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;

Console.WriteLine($"Add(100, 15.99) = {client.Add(100.00D, 15.99D)}");
Console.WriteLine($"Subtract(145, 76.54) = {client.Subtract(145.00D, 76.54D)}");
Console.WriteLine($"Multiply(9, 81.25) = {client.Multiply(9.00D, 81.25D)}");
Console.WriteLine($"Divide(22, 7) = {client.Divide(22.00D, 7.00D)}");
Console.WriteLine($"All in session {client.InnerChannel.SessionId}, which ends here.");
client.Close();

/// <summary>The contract of WCF's samples.</summary>
[ServiceContract(Namespace = "http://Microsoft.ServiceModel.Samples", SessionMode = SessionMode.Required)]
internal interface ICalculator
{
    [OperationContract]
    double Add(double n1, double n2);

    [OperationContract]
    double Subtract(double n1, double n2);

    [OperationContract]
    double Multiply(double n1, double n2);

    [OperationContract]
    double Divide(double n1, double n2);
}

/// <summary>The client as svcutil generates it.</summary>
internal sealed class CalculatorClient(Binding binding, EndpointAddress address) : ClientBase<ICalculator>(binding, address), ICalculator
{
    public double Add(double n1, double n2) => Channel.Add(n1, n2);

    public double Subtract(double n1, double n2) => Channel.Subtract(n1, n2);

    public double Multiply(double n1, double n2) => Channel.Multiply(n1, n2);

    public double Divide(double n1, double n2) => Channel.Divide(n1, n2);
}
