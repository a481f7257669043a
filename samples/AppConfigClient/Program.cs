// A client whose endpoint and binding stand in App.config, as .NET Framework left it there.

using System.ServiceModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Samples;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.ServiceModel.Configuration; // The line that is new.
using X509CertificateValidationMode = System.ServiceModel.Security.X509CertificateValidationMode;

await using var service = await StartServiceAsync();

var factory = new SecureConversation.ServiceModel.Configuration.ChannelFactory<IGreeter>("greeter");
factory.Credentials.ClientCertificate.Certificate = SampleCertificates.Client;
factory.Credentials.ServiceCertificate.DefaultCertificate = SampleCertificates.Service;
// Throw-away certificates have no chain.
factory.Credentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
var channel = factory.CreateChannel();
var greeting = channel.Greet("Ada");
((IClientChannel)channel).Close();
factory.Close();
Console.WriteLine(greeting);
return greeting == "Hello, client" ? 0 : 1;

static async Task<WebApplication> StartServiceAsync()
{
    var builder = WebApplication.CreateBuilder();
    builder.WebHost.UseUrls("http://127.0.0.1:8732");
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.Services.AddSecureConversation(options =>
    {
        options.MessageSecurity = new MessageSecurity
        {
            ClientCredentialType = SecureConversation.Binding.MessageCredentialType.Certificate,
            NegotiateServiceCredential = false,
            AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
        };
        options.Credentials = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(SampleCertificates.Service),
            ClientCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Client),
        };
    });
    var app = builder.Build();
    app.MapSecureConversation("/greeter", context => Task.FromResult(SoapReply.FromBody("urn:greeter/IGreeter/GreetResponse",
        $"<GreetResponse xmlns='urn:greeter'><GreetResult>Hello, {context.User.Identity!.Name}</GreetResult></GreetResponse>")));
    await app.StartAsync();
    return app;
}

[ServiceContract(Namespace = "urn:greeter", ConfigurationName = "IGreeter")]
internal interface IGreeter
{
    [OperationContract]
    string Greet(string name);
}
