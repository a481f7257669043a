using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using CoreWCF.Description;
using CoreWCF.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using SecureConversation.Testing;

namespace Documentation.Service;

// The one line that is new. Inside the namespace it wins over the bindings of the same names in CoreWCF.
using SecureConversation.CoreWCF;

/// <summary>The calculator that remembers, of WCF's samples for sessions.</summary>
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

[ServiceBehavior(InstanceContextMode = InstanceContextMode.PerSession)]
public sealed class CalculatorService : ICalculatorSession
{
    private double _result;

    public void Clear() => _result = 0;

    public void AddTo(double n) => _result += n;

    public void SubtractFrom(double n) => _result -= n;

    public void MultiplyBy(double n) => _result *= n;

    public void DivideBy(double n) => _result /= n;

    public double Equals() => _result;

    public string CallerIdentity() => ServiceSecurityContext.Current.PrimaryIdentity.Name!;
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

    public static async Task<WebApplication> StartAsync(Binding binding)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddServiceModelServices();
        var app = builder.Build();
        app.UseServiceModel(model =>
        {
            model.AddService<CalculatorService>();
            model.AddServiceEndpoint<CalculatorService, ICalculatorSession>(binding, "/service");
            model.ConfigureServiceHostBase<CalculatorService>(host => SetUp(host.Credentials));
        });
        await app.StartAsync();
        return app;
    }

    private static void SetUp(ServiceCredentials credentials)
    {
        credentials.ServiceCertificate.Certificate = TestCertificates.Service;
        credentials.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
    }
}
