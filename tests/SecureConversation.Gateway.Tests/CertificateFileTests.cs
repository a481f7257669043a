using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.Gateway.Tests;

/// <summary>A file with a certificate is replaced while the gateway runs, as a renewal does it.</summary>
public sealed class CertificateFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pfx");

    [Fact]
    public async Task ClientCertificate_Replaced_IsThatOfLaterMessages()
    {
        await using var service = await TestService.StartSecuredAsync(change: options =>
            options.MessageSecurity = TestService.Security(MessageCredentialType.Certificate, inSession: false));
        File.Copy(Files.Client, _path);
        var security = Sections.ClientSecurity(inSession: false);
        security["Credentials"]!["ClientCertificate"] = new JsonObject { ["Path"] = _path };
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address, security: security));
        Assert.Equal(HttpStatusCode.OK, (await PlainClient.PostAsync(gateway.Inner)).Status);
        var before = service.Seen.Single().Query;

        Replace(Files.Other);

        await UntilAsync(async () =>
        {
            Assert.Equal(HttpStatusCode.OK, (await PlainClient.PostAsync(gateway.Inner)).Status);
            return service.Seen.Last().Query != before;
        });
    }

    [Fact]
    public async Task ServiceCertificate_Replaced_IsThatOfLaterSessions_AndEarlierOnesGoOn()
    {
        using var next = TestCertificates.IssueFor("localhost");
        await using var service = await TestService.StartPlainAsync();
        File.Copy(Files.Service, _path);
        var security = Sections.ServiceSecurity();
        security["Credentials"]!["ServiceCertificate"] = new JsonObject { ["Path"] = _path };
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address, security: security));
        await using var earlier = TestService.Connect(gateway.Outer);
        await CallAsync(earlier);

        Replace(next.Export(X509ContentType.Pkcs12));

        await UntilAsync(async () =>
        {
            await CallAsync(earlier);
            await using var later = TestService.Connect(gateway.Outer, change: options => options.Credentials = new ClientCredentials
            {
                ClientCertificate = options.Credentials!.ClientCertificate,
                ServiceCertificate = next,
                ServiceCertificateValidation = options.Credentials.ServiceCertificateValidation,
            });
            try
            {
                await CallAsync(later);
                return true;
            }
            catch (SecureConversationException)
            {
                return false;
            }
        });
        await CallAsync(earlier);
    }

    public void Dispose() => File.Delete(_path);

    private static Task<string> CallAsync(Http.SecureConversationClient client) => client.CallAsync("urn:e/Place", "<e:Place xmlns:e='urn:e'/>");

    private void Replace(string file) => Replace(File.ReadAllBytes(file));

    // In one step, as everybody should: a reader sees the one or the other.
    private void Replace(byte[] content)
    {
        File.WriteAllBytes(_path + ".new", content);
        File.Move(_path + ".new", _path, overwrite: true);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 300, "The file was not looked at.");
            await Task.Delay(100);
        }
    }
}
