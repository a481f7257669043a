// The calculator of WCF's documentation: mutual certificates, a secure session, one instance per session. samples/WcfClient calls it.

using CoreWCF;
using CoreWCF.Configuration;
using CoreWCF.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Samples;
using WSHttpBinding = SecureConversation.CoreWCF.WSHttpBinding;

var binding = new WSHttpBinding(SecurityMode.Message);
binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
binding.Security.Message.NegotiateServiceCredential = false;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:8000");
builder.Services.AddServiceModelServices();
var app = builder.Build();
app.UseServiceModel(model =>
{
    model.AddService<CalculatorService>();
    model.AddServiceEndpoint<CalculatorService, ICalculator>(binding, "/calculator");
    model.ConfigureServiceHostBase<CalculatorService>(host =>
    {
        host.Credentials.ServiceCertificate.Certificate = SampleCertificates.Service;
        // Throw-away certificates have no chain; whoever holds one is let in. Leave this line out in earnest.
        host.Credentials.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
    });
});
app.Run();

[ServiceContract(Namespace = "http://Microsoft.ServiceModel.Samples", SessionMode = SessionMode.Required)]
public interface ICalculator
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

[ServiceBehavior(InstanceContextMode = InstanceContextMode.PerSession)]
public sealed class CalculatorService : ICalculator
{
    public double Add(double n1, double n2) => n1 + n2;

    public double Subtract(double n1, double n2) => n1 - n2;

    public double Multiply(double n1, double n2) => n1 * n2;

    public double Divide(double n1, double n2) => n1 / n2;
}
