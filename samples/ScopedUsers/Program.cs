// User names, judged by a service of the application: it comes from the scope of the request, as a DbContext does.

using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Samples;
using SecureConversation;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;

var security = new MessageSecurity { ClientCredentialType = MessageCredentialType.UserName, EstablishSecurityContext = true };

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddScoped<StaffDatabase>();
builder.Services.AddSecureConversation(options =>
{
    options.MessageSecurity = security;
    options.Credentials = new ServiceCredentials { ServiceCertificate = new X509Credential(SampleCertificates.Service) };
}).AuthenticateUserNames<Staff>();
await using var service = builder.Build();
service.MapSecureConversation("/who", context => Task.FromResult(SoapReply.FromBody("urn:who/AmIResponse",
    $"<AmIResponse xmlns='urn:who'>{context.User.Identity!.Name}, {context.User.FindFirstValue(ClaimTypes.Role)}</AmIResponse>")));
await service.StartAsync();

var answer = await CallAsync("lovelace");
Console.WriteLine(answer);
try
{
    await CallAsync("wrong");
    return 1;
}
catch (SecureConversationException e) when (e.Failure == SecureConversationFailure.FailedAuthentication)
{
    Console.WriteLine($"With a wrong password: {e.Message}");
}

return answer.Contains("ada, clerk", StringComparison.Ordinal) ? 0 : 1;

async Task<string> CallAsync(string password)
{
    await using var client = new SecureConversationClient(new Uri($"{service.Urls.First()}/who"), new SecureConversationHttpOptions
    {
        MessageSecurity = security,
        Credentials = new ClientCredentials
        {
            UserName = new UserNameCredential("ada", password),
            ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(SampleCertificates.Service),
            ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
        },
    });
    return await client.CallAsync("urn:who/AmI", "<AmI xmlns='urn:who'/>");
}

internal sealed class Staff(StaffDatabase database) : IUserNameAuthenticator
{
    public async ValueTask<ClaimsPrincipal?> AuthenticateAsync(
        string userName, string password, MessageOrigin origin, CancellationToken cancellationToken) =>
        await database.FindRoleAsync(userName, password) is { } role
            ? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, userName), new Claim(ClaimTypes.Role, role)], "staff"))
            : null;
}

/// <summary>Stands for a DbContext. A real one keeps hashes of passwords.</summary>
internal sealed class StaffDatabase
{
    private readonly Dictionary<(string User, string Password), string> _roles = new() { [("ada", "lovelace")] = "clerk" };

    public Task<string?> FindRoleAsync(string user, string password) =>
        Task.FromResult(_roles.GetValueOrDefault((user, password)));
}
