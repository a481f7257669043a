using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SecureConversation.AspNetCore;
using SecureConversation.Configuration.Tests.Support;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.Configuration.Tests.Json;

/// <summary>A service on Kestrel and a client of HttpClient that know nothing but their appsettings.json and the files beside it.</summary>
public sealed class HostedPairTests : IDisposable
{
    private const string Settings = """
        {
          "SecureConversation": {
            "Service": {
              "Binding": {
                "AuthenticationMode": "SecureConversation",
                "DefaultAlgorithmSuite": "Basic256Sha256",
                "SecureConversationBootstrap": { "AuthenticationMode": "MutualCertificate", "DefaultAlgorithmSuite": "Basic256Sha256" }
              },
              "Credentials": {
                "ServiceCertificate": { "Path": "service.pfx", "Password": "pfx password" },
                "ClientCertificateValidation": { "RevocationMode": "NoCheck", "CustomTrustRoots": [ { "Path": "authority.pem" } ] }
              },
              "SessionIdleTimeout": "00:05:00"
            },
            "Client": {
              "MessageSecurity": { "NegotiateServiceCredential": false, "AlgorithmSuite": "Basic256Sha256" },
              "Credentials": {
                "ClientCertificate": { "Path": "client.pem", "KeyPath": "client.key" },
                "ServiceCertificate": { "Path": "service.cer" },
                "ServiceCertificateValidation": { "RevocationMode": "NoCheck", "CustomTrustRoots": [ { "Path": "authority.pem" } ] },
                "ServiceIdentity": { "Dns": "localhost" }
              }
            }
          }
        }
        """;

    private readonly CertificateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pair_TalksFromItsSettingsAlone()
    {
        // The two say the same: one in full, the other in the words of WSHttpBinding with its version.
        _folder.Write("appsettings.json", Settings.Replace("\"AlgorithmSuite\": \"Basic256Sha256\"",
            "\"AlgorithmSuite\": \"Basic256Sha256\", \"MessageSecurityVersion\": \"Default\"", StringComparison.Ordinal));
        await using var service = await StartServiceAsync();
        await using var client = CreateClient(service);
        Assert.Equal("<r xmlns=\"urn:r\">Test client</r>", await CallAsync(client));
    }

    [Fact]
    public async Task CertificateFile_ThatIsReplaced_IsUsedWithoutARestart()
    {
        _folder.Write("appsettings.json", Settings.Replace("\"AlgorithmSuite\": \"Basic256Sha256\"",
            "\"AlgorithmSuite\": \"Basic256Sha256\", \"MessageSecurityVersion\": \"Default\"", StringComparison.Ordinal));
        await using var service = await StartServiceAsync();
        await using var client = CreateClient(service);
        await CallAsync(client);
        RecordedLog.Current.ExpectError(321);

        // What is no certificate leaves the one that is there.
        _folder.Replace("service.pfx", [1, 2, 3]);
        await RecordedLog.Current.SeenAsync(321);
        await CallAsync(client);
        Assert.DoesNotContain(RecordedLog.Current.Entries, e => e.Text.Contains(CertificateFolder.Password, StringComparison.Ordinal));

        _folder.WritePfx("service.pfx", TestCertificates.Other);
        await RecordedLog.Current.SeenAsync(51);
        await CallAsync(client);
        await using var stale = CreateClient(service);
        await Assert.ThrowsAsync<SecureConversationException>(() => CallAsync(stale));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 1 && e.Text.Contains("WrongToken", StringComparison.Ordinal));

        _folder.Replace("service.cer", TestCertificates.Other.RawData);
        await RecordedLog.Current.SeenAsync(52);
        await using var fresh = CreateClient(service);
        await CallAsync(fresh);
    }

    [Fact]
    public async Task Section_ThatChanges_IsRead_AndAWrongOneLeavesTheCredentials()
    {
        var settings = Settings.Replace("\"AlgorithmSuite\": \"Basic256Sha256\"",
            "\"AlgorithmSuite\": \"Basic256Sha256\", \"MessageSecurityVersion\": \"Default\"", StringComparison.Ordinal);
        _folder.Write("appsettings.json", settings);
        _folder.WritePfx("next.pfx", TestCertificates.Other);
        await using var service = await StartServiceAsync();
        await using var client = CreateClient(service);
        await CallAsync(client);
        RecordedLog.Current.ExpectError(321);

        _folder.Write("appsettings.json", settings.Replace("service.pfx", "absent.pfx", StringComparison.Ordinal));
        Reload(service);
        await RecordedLog.Current.SeenAsync(321);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 321
            && e.Text.Contains("SecureConversation:Service:Credentials:ServiceCertificate", StringComparison.Ordinal)
            && e.Text.Contains("absent.pfx", StringComparison.Ordinal));
        await CallAsync(client);

        // The file comes later than the section that names it.
        _folder.WritePfx("absent.pfx", TestCertificates.Other);
        await RecordedLog.Current.SeenAsync(51);
        Assert.Contains(RecordedLog.Current.Entries,
            e => e.Id == 51 && e.Text.Contains(TestCertificates.Other.Thumbprint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WrongSettings_EndTheStart_AndAllAreNamed()
    {
        _folder.Write("appsettings.json", """
            {
              "SecureConversation": {
                "Service": {
                  "Binding": { "AuthenticationMode": "MutualCertificat", "DefaultAlgorithmSuites": "Basic256Sha256" },
                  "Credentials": { "ServiceCertificate": { "Path": "service.pfx", "Password": "wrong" } },
                  "SessionIdleTimeout": "soon"
                }
              }
            }
            """);
        RecordedLog.Current.AllowErrors(entry => entry.Category == "Microsoft.Extensions.Hosting.Internal.Host");
        await using var app = BuildService();
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.Collection(e.Failures.Order(StringComparer.Ordinal),
            p => Assert.StartsWith("SecureConversation:Service:Binding:AuthenticationMode: found 'MutualCertificat', expected one of ", p, StringComparison.Ordinal),
            p => Assert.Equal("SecureConversation:Service:Binding:DefaultAlgorithmSuites: found a key that is not known. "
                + "Did you mean DefaultAlgorithmSuite?", p),
            p => Assert.StartsWith("SecureConversation:Service:Credentials:ServiceCertificate: the certificate cannot be used: ", p, StringComparison.Ordinal),
            p => Assert.Equal("SecureConversation:Service:SessionIdleTimeout: found 'soon', expected a time as "
                + "[days.]hours:minutes:seconds, such as 00:05:00.", p));
        Assert.Contains("Did you mean MutualCertificate?", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", e.Message, StringComparison.Ordinal);
    }

    private static void Reload(WebApplication service) => ((IConfigurationRoot)service.Configuration).Reload();

    private WebApplication BuildService()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = _folder.Path });
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSecureConversation(builder.Configuration.GetSection("SecureConversation:Service"));
        return builder.Build();
    }

    private async Task<WebApplication> StartServiceAsync()
    {
        var app = BuildService();
        app.MapSecureConversation("/orders", context => Task.FromResult(
            SoapReply.FromBody("urn:r", $"<r xmlns=\"urn:r\">{context.User.Identity!.Name}</r>")));
        await app.StartAsync();
        return app;
    }

    private ServiceProvider CreateClient(WebApplication service)
    {
        var configuration = new ConfigurationBuilder().SetBasePath(_folder.Path).AddJsonFile("appsettings.json", optional: false, reloadOnChange: true)
            .AddInMemoryCollection([KeyValuePair.Create(HostDefaults.ContentRootKey, (string?)_folder.Path)]).Build();
        var address = new Uri(service.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(logging => logging.ClearProviders().AddProvider(RecordedLog.Current));
        services.AddHttpClient("orders", http => http.BaseAddress = new Uri(address, "/orders"))
            .AddSecureConversation(configuration.GetSection("SecureConversation:Client"));
        return services.BuildServiceProvider();
    }

    private static async Task<string> CallAsync(ServiceProvider client)
    {
        using var http = client.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        return await http.CallAsync("urn:q", "<q xmlns=\"urn:q\"/>");
    }
}
