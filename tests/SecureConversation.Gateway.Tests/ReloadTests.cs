using System.Net;
using System.Text.Json.Nodes;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>The file of the settings changes while the gateway runs.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task Routes_ComeAndChangeAndGo_AndOthersKeepTheirSessions()
    {
        var sessions = new HashSet<string?>();
        await using var service = await TestService.StartSecuredAsync(context =>
        {
            sessions.Add(context.Session?.Id);
            return Task.FromResult(AspNetCore.SoapReply.FromBody(context.Action + "Response", TestService.Reply));
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address), reloads: true);
        Assert.Equal(HttpStatusCode.OK, (await PlainClient.PostAsync(gateway.Inner)).Status);
        var first = gateway.Routes.Table.Outward.Single();

        var reloaded = RecordedLog.Current.SeenAsync(701);
        await gateway.ChangeAsync(settings =>
        {
            var another = Sections.Outward(service.Address);
            another["Path"] = "/more";
            settings["Outward"]!["more"] = another;
        });
        await reloaded;

        Assert.Same(first, gateway.Routes.Table.Outward.Single(route => route.Name == "orders"));
        Assert.Equal(HttpStatusCode.OK, (await PlainClient.PostAsync(gateway.Inner)).Status);
        Assert.Single(sessions);
        Assert.Equal(HttpStatusCode.OK, (await PlainClient.PostAsync(gateway.Inner, path: "/more")).Status);
        Assert.Equal(2, sessions.Count);

        await gateway.ChangeAsync(settings => settings["Outward"]!.AsObject().Remove("orders"));
        await UntilAsync(() => gateway.Routes.Table.Outward.Count == 1);
        Assert.Equal(HttpStatusCode.NotFound, (await PlainClient.PostAsync(gateway.Inner)).Status);
    }

    [Fact]
    public async Task SettingsThatCannotBeUsed_ChangeNothing()
    {
        RecordedLog.Current.ExpectError(702);
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address), reloads: true);

        await gateway.ChangeAsync(settings => settings["Outward"]!["orders"]!["Address"] = "nowhere");
        await RecordedLog.Current.SeenAsync(702);

        Assert.Equal(HttpStatusCode.OK, (await PlainClient.PostAsync(gateway.Inner)).Status);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 702 && e.Text.Contains("Gateway:Outward:orders:Address", StringComparison.Ordinal));
    }

    [Fact]
    public async Task InwardRoutes_FollowTheFile_AndListenersNeedARestart()
    {
        await using var before = await TestService.StartPlainAsync();
        await using var after = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(before.Address), reloads: true);
        await using (var client = TestService.Connect(gateway.Outer))
        {
            await client.CallAsync("urn:e/Place", "<e:Place xmlns:e='urn:e'/>");
        }

        var warned = RecordedLog.Current.SeenAsync(703);
        await gateway.ChangeAsync(settings =>
        {
            settings["Inward"]!["orders"]!["Address"] = after.Address.AbsoluteUri;
            settings["Limits"] = new JsonObject { ["MaxConcurrentRequests"] = 7 };
        });
        await warned;

        await using var next = TestService.Connect(gateway.Outer);
        await next.CallAsync("urn:e/Place", "<e:Place xmlns:e='urn:e'/>");
        Assert.Single(before.Seen);
        Assert.Single(after.Seen);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 703 && e.Text.Contains("Gateway:Limits", StringComparison.Ordinal));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 600 && !condition(); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(condition());
    }
}
