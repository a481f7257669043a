// A service of SoapCore keeps its contract and its serializer: the middleware takes message security off in front of it.

using System.ServiceModel;
using System.ServiceModel.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Samples;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SoapCore;

var security = new MessageSecurity { ClientCredentialType = SecureConversation.Binding.MessageCredentialType.Certificate };

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSoapCore();
builder.Services.AddSingleton<ICalculator, Calculator>();
builder.Services.AddSecureConversation(options =>
{
    options.MessageSecurity = security;
    options.HttpGetEnabled = true; // SoapCore's own ?wsdl, which is not protected.
    options.Credentials = new ServiceCredentials
    {
        ServiceCertificate = new X509Credential(SampleCertificates.Service),
        ClientCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Client),
    };
});
await using var service = builder.Build();
service.UseSecureConversation("/calculator");
((IApplicationBuilder)service).UseSoapEndpoint<ICalculator>(options =>
{
    options.Path = "/calculator";
    options.SoapSerializer = SoapSerializer.DataContractSerializer;
    options.EncoderOptions = [new SoapEncoderOptions { MessageVersion = System.ServiceModel.Channels.MessageVersion.Soap12WSAddressing10 }];
});
await service.StartAsync();

await using var client = new SecureConversationClient(new Uri($"{service.Urls.First()}/calculator"), new SecureConversationHttpOptions
{
    MessageSecurity = security,
    Credentials = new ClientCredentials
    {
        ClientCertificate = new X509Credential(SampleCertificates.Client),
        ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Service),
        ServiceIdentity = SecureConversation.Credentials.EndpointIdentity.CreateDnsIdentity("localhost"),
    },
});
var answer = await client.CallAsync("urn:calculator/ICalculator/Add", "<Add xmlns='urn:calculator'><n1>40</n1><n2>2</n2></Add>");
Console.WriteLine(answer);
return answer.Contains("<AddResult>42</AddResult>", StringComparison.Ordinal) ? 0 : 1;

[ServiceContract(Namespace = "urn:calculator")]
internal interface ICalculator
{
    [OperationContract]
    int Add(int n1, int n2);
}

internal sealed class Calculator : ICalculator
{
    public int Add(int n1, int n2) => n1 + n2;
}
