// A typed client from dependency injection: HttpClientFactory keeps the connections, the handler keeps the secure session.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Samples;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;

var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, EstablishSecurityContext = true };

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSecureConversation(options =>
{
    options.MessageSecurity = security;
    options.Credentials = new ServiceCredentials
    {
        ServiceCertificate = new X509Credential(SampleCertificates.Service),
        ClientCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Client),
    };
});
await using var service = builder.Build();
service.MapSecureConversation("/orders", context => Task.FromResult(SoapReply.FromBody(
    "urn:orders/PlaceResponse", $"<PlaceResponse xmlns='urn:orders'>placed in session {context.Session!.Id}</PlaceResponse>")));
await service.StartAsync();

// What an application writes: the client is a class of its own, and whoever needs it asks for it.
var application = Host.CreateApplicationBuilder(args);
application.Logging.SetMinimumLevel(LogLevel.Warning);
application.Services.AddHttpClient<OrdersClient>(http => http.BaseAddress = new Uri($"{service.Urls.First()}/orders"))
    .AddSecureConversation(options =>
    {
        options.MessageSecurity = security;
        options.Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(SampleCertificates.Client),
            ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Service),
            // The address is a number here; without this line the certificate has to have the name in the address.
            ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
        };
    });
using var host = application.Build();

var first = await host.Services.GetRequiredService<OrdersClient>().PlaceAsync("tea");
var second = await host.Services.GetRequiredService<OrdersClient>().PlaceAsync("milk");
Console.WriteLine(first);
Console.WriteLine(second);
// Two clients, one session: the certificate was needed once.
return first == second && first.Contains("placed in session", StringComparison.Ordinal) ? 0 : 1;

internal sealed class OrdersClient(HttpClient http)
{
    public Task<string> PlaceAsync(string item) =>
        http.CallAsync("urn:orders/Place", $"<Place xmlns='urn:orders'><item>{item}</item></Place>");
}
