// Clients in Python and Java, which know nothing of message security, call a service of WSHttpBinding's kind through the gateway.

using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Samples;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;

const string Inner = "http://127.0.0.1:5081";

var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, NegotiateServiceCredential = false };
var builder = WebApplication.CreateBuilder();
builder.WebHost.UseUrls("http://localhost:5082");
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
service.MapSecureConversation("/orders", context => Task.FromResult(SoapReply.FromBody("urn:orders/PlaceResponse",
    $"<PlaceResponse xmlns='urn:orders'><PlaceResult>placed in session {context.Session!.Id}</PlaceResult></PlaceResponse>")));
await service.StartAsync();

// The gateway is the client of the service: beside its settings lies its certificate.
var settings = Path.Combine(AppContext.BaseDirectory, "settings");
File.Copy(SampleCertificates.ClientFile, Path.Combine(settings, "client.pfx"), overwrite: true);
File.Copy(SampleCertificates.ServiceFile, Path.Combine(settings, "service.pfx"), overwrite: true);
using var gateway = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "SecureConversation.Gateway.dll")])
{
    WorkingDirectory = settings,
})!;
try
{
    using var http = new HttpClient();
    for (var i = 0; i < 100 && !await IsAliveAsync(http); i++)
    {
        await Task.Delay(100);
    }

    return await RunAsync("python3", "client.py") && await RunAsync("java", "Client.java") ? 0 : 1;
}
finally
{
    gateway.Kill();
    await gateway.WaitForExitAsync();
}

async Task<bool> RunAsync(string program, string source)
{
    using var client = Process.Start(new ProcessStartInfo(program, [Path.Combine(AppContext.BaseDirectory, source), $"{Inner}/orders"]))!;
    await client.WaitForExitAsync();
    return client.ExitCode == 0;
}

static async Task<bool> IsAliveAsync(HttpClient http)
{
    try
    {
        using var response = await http.GetAsync(new Uri($"{Inner}/health/live"));
        return response.IsSuccessStatusCode;
    }
    catch (HttpRequestException)
    {
        return false;
    }
}
