using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using SecureConversation.Binding;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>What is wrong in changed settings has no effect, not even for what is made later.</summary>
public sealed class RefusedSettingsTests
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    /// <summary>In the refused settings all users would be the gateway.</summary>
    [Fact]
    public async Task Binding_Refused_IsNotThatOfNewUsers()
    {
        RecordedLog.Current.ExpectError(702);
        // A service that takes the certificate of the gateway.
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(
            Sections.GatewayOutward(service.Address, route => route["Credentials"] = "FromBasic", Sections.ClientSecurity("UserName")), reloads: true);

        Assert.NotEqual(HttpStatusCode.OK, (await CallAsync(gateway, "mallory:wrong")).Status);
        await gateway.ChangeAsync(settings => settings["Outward"]!["orders"]!["Security"]!["MessageSecurity"]!["ClientCredentialType"] = "Certificate");
        await RecordedLog.Current.SeenAsync(702);

        var answer = await CallAsync(gateway, "mallory:anything");

        Assert.Empty(service.Seen);
        Assert.NotEqual(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task Trust_InRefusedSettings_IsNotInForce()
    {
        RecordedLog.Current.ExpectError(702);
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address);
        Roots(settings)[0] = new JsonObject { ["Path"] = Files.OtherPublic };
        await using var gateway = await RunningGateway.StartAsync(settings, reloads: true);
        await using (var client = TestService.Connect(gateway.Outer))
        {
            await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync("urn:e/Place", Call));
        }

        await gateway.ChangeAsync(changed =>
        {
            Roots(changed)[0] = new JsonObject { ["Path"] = Files.Authority };
            changed["Limits"] = new JsonObject { ["MaxConcurentRequests"] = 5 };
        });
        await RecordedLog.Current.SeenAsync(702);

        Exception? failure = null;
        await using (var client = TestService.Connect(gateway.Outer))
        {
            failure = await Record.ExceptionAsync(() => client.CallAsync("urn:e/Place", Call));
        }

        Assert.NotNull(failure);
        Assert.Empty(service.Seen);

        static JsonArray Roots(JsonObject all) =>
            all["Inward"]!["orders"]!["Security"]!["Credentials"]!["ClientCertificateValidation"]!["CustomTrustRoots"]!.AsArray();
    }

    [Fact]
    public async Task File_ThatIsNoJson_IsLoggedAndChangesNothing()
    {
        RecordedLog.Current.ExpectError(702);
        await using var service = await TestService.StartSecuredAsync(credential: MessageCredentialType.UserName);
        await using var gateway = await RunningGateway.StartAsync(
            Sections.GatewayOutward(service.Address, route => route["Credentials"] = "FromBasic", Sections.ClientSecurity("UserName")), reloads: true);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(gateway, "alice:alice's")).Status);

        await File.WriteAllTextAsync(Path.Combine(gateway.App.Environment.ContentRootPath, "appsettings.json"), "{ \"Gateway\": { ");
        await RecordedLog.Current.SeenAsync(702);

        Assert.Equal(HttpStatusCode.OK, (await CallAsync(gateway, "zoë:zoë's")).Status);
    }

    private static Task<PlainAnswer> CallAsync(RunningGateway gateway, string basic) => PlainClient.PostAsync(gateway.Inner, change: request =>
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic))));
}
