// The decoder in C#: a client logs what goes over the wire, and the decoder reads it with the private key of the service.

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Samples;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Http;

var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, NegotiateServiceCredential = false };
var folder = Directory.CreateTempSubdirectory("decoder-");

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
service.MapSecureConversation("/orders", _ => Task.FromResult(
    SoapReply.FromBody("urn:orders/PlaceResponse", "<PlaceResponse xmlns='urn:orders'>placed</PlaceResponse>")));
await service.StartAsync();

await using (var log = new FileMessageLog(folder.FullName))
await using (var client = new SecureConversationClient(new Uri($"{service.Urls.First()}/orders"), new SecureConversationHttpOptions
{
    MessageSecurity = security,
    MessageLog = log,
    MessageLogging = new MessageLoggingOptions { LogMessagesAtTransportLevel = true },
    Credentials = new ClientCredentials
    {
        ClientCertificate = new X509Credential(SampleCertificates.Client),
        ServiceCertificate = SampleCertificates.Service,
        ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Service),
        ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
    },
}))
{
    await client.CallAsync("urn:orders/Place", "<Place xmlns='urn:orders'><item>tea</item></Place>");
}

// The same on the command line: secureconversation decode <folder> --key service.pfx
using var decoder = new ConversationDecoder(
    MessageSecurityBinding.Create(security.CreateSecurityBindingElement()),
    new ConversationKeys { Service = new X509Credential(SampleCertificates.Service) });
var verified = 0;
foreach (var file in folder.GetFiles("*.jsonl").OrderBy(file => file.Name, StringComparer.Ordinal))
{
    await foreach (var logged in FileMessageLog.ReadAsync(file.FullName))
    {
        using var message = decoder.Decode(logged);
        verified += message.IsVerified ? 1 : 0;
        Console.WriteLine($"{message.Kind,-14} {(message.IsVerified ? "verified" : message.Failure.ToString()),-10} "
            + $"signed: {string.Join(" ", message.Protection?.SignedParts ?? [])}");
    }
}

folder.Delete(recursive: true);
return verified == 6 ? 0 : 1;
