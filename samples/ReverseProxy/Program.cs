// YARP with message security: a backend that speaks plain SOAP is reached by clients of WCF. SecureConversation.Gateway is this, ready made.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Samples;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using Yarp.ReverseProxy.Configuration;

// The backend knows nothing of message security, and listens where only the proxy gets.
var plain = WebApplication.CreateBuilder(args);
plain.WebHost.UseUrls("http://127.0.0.1:0");
plain.Logging.SetMinimumLevel(LogLevel.Warning);
await using var backend = plain.Build();
backend.MapPost("/orders", async (HttpRequest request) =>
{
    var envelope = await new StreamReader(request.Body).ReadToEndAsync();
    return Results.Content(envelope.Replace("Place", "PlaceResponse", StringComparison.Ordinal), "application/soap+xml; charset=utf-8");
});
await backend.StartAsync();

var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, EstablishSecurityContext = true };
var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddReverseProxy().LoadFromMemory(
    [new RouteConfig { RouteId = "orders", ClusterId = "orders", Match = new RouteMatch { Path = "/orders" } }],
    [
        new ClusterConfig
        {
            ClusterId = "orders",
            Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = backend.Urls.First() } },
        },
    ]);
builder.Services.AddSecureConversation(options =>
{
    options.MessageSecurity = security;
    options.Credentials = new ServiceCredentials
    {
        ServiceCertificate = new X509Credential(SampleCertificates.Service),
        ClientCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Client),
    };
});
await using var proxy = builder.Build();
proxy.MapReverseProxy().RequireSecureConversation();
await proxy.StartAsync();

await using var client = new SecureConversationClient(new Uri($"{proxy.Urls.First()}/orders"), new SecureConversationHttpOptions
{
    MessageSecurity = security,
    Credentials = new ClientCredentials
    {
        ClientCertificate = new X509Credential(SampleCertificates.Client),
        ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Service),
        ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
    },
});
var answer = await client.CallAsync("urn:orders/Place", "<Place xmlns='urn:orders'><item>tea</item></Place>");
Console.WriteLine(answer);
return answer.Contains("<item>tea</item>", StringComparison.Ordinal) ? 0 : 1;
