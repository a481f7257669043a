// Policies of ASP.NET Core at verified messages: an account is made of the certificate, and a policy asks for its role.

using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Samples;
using SecureConversation;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;

var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, EstablishSecurityContext = true };

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddAuthorizationBuilder()
    .AddPolicy("clerks", policy => policy.RequireRole("clerk"))
    .AddPolicy("managers", policy => policy.RequireRole("manager"));
builder.Services.AddSecureConversation(options =>
{
    options.MessageSecurity = security;
    options.Credentials = new ServiceCredentials
    {
        ServiceCertificate = new X509Credential(SampleCertificates.Service),
        ClientCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Client),
    };
}).AuthenticateCertificates<Accounts>();
await using var service = builder.Build();
service.MapSecureConversation("/orders", Answer).RequireAuthorization("clerks");
service.MapSecureConversation("/prices", Answer).RequireAuthorization("managers");
await service.StartAsync();

Console.WriteLine($"orders: {await CallAsync("/orders")}");
try
{
    await CallAsync("/prices");
    return 1;
}
catch (SecureConversationException e) when (e.Failure == SecureConversationFailure.FailedAuthentication)
{
    // The fault of WCF's ServiceAuthorizationManager, protected like a reply.
    Console.WriteLine($"prices: {e.Message}");
    return 0;
}

static Task<SoapReply> Answer(SecureConversationContext context) => Task.FromResult(SoapReply.FromBody(
    "urn:shop/Answer", $"<Answer xmlns='urn:shop'>for {context.User.Identity!.Name}</Answer>"));

async Task<string> CallAsync(string path)
{
    await using var client = new SecureConversationClient(new Uri(service.Urls.First() + path), new SecureConversationHttpOptions
    {
        MessageSecurity = security,
        Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(SampleCertificates.Client),
            ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Service),
            ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
        },
    });
    return await client.CallAsync("urn:shop/Ask", "<Ask xmlns='urn:shop'/>");
}

internal sealed class Accounts : ICertificateAuthenticator
{
    // Asked after the certificate was found valid, once for each session.
    public ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        X509Certificate2 certificate, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken) => new(
            new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(ClaimTypes.Name, certificate.GetNameInfo(X509NameType.SimpleName, false)), new Claim(ClaimTypes.Role, "clerk")],
                "accounts")));
}
