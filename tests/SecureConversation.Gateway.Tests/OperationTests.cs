using System.Net;
using System.Text.Json.Nodes;
using SecureConversation.AspNetCore;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>Health, limits, and the end.</summary>
public sealed class OperationTests
{
    [Fact]
    public async Task Ready_FollowsTheServiceBehind_AndLiveDoesNot()
    {
        var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));
        Assert.Equal((HttpStatusCode.OK, "Healthy"), await AskAsync(gateway, "ready"));
        Assert.Equal((HttpStatusCode.OK, "Healthy"), await AskAsync(gateway, "live"));

        await service.DisposeAsync();

        for (var i = 0; i < 200 && (await AskAsync(gateway, "ready")).Status == HttpStatusCode.OK; i++)
        {
            await Task.Delay(100);
        }

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), await AskAsync(gateway, "ready"));
        Assert.Equal((HttpStatusCode.OK, "Healthy"), await AskAsync(gateway, "live"));
    }

    [Fact]
    public async Task Shutdown_FinishesTheCallsUnderWay()
    {
        const int Calls = 16;
        var arrived = new SemaphoreSlim(0);
        var go = new TaskCompletionSource();
        await using var service = await TestService.StartSecuredAsync(async context =>
        {
            arrived.Release();
            await go.Task;
            return SoapReply.FromBody(context.Action + "Response", TestService.Reply);
        });
        var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));
        var calls = Enumerable.Range(0, Calls).Select(_ => PlainClient.PostAsync(gateway.Inner)).ToList();
        for (var i = 0; i < Calls; i++)
        {
            Assert.True(await arrived.WaitAsync(TimeSpan.FromMinutes(1)));
        }

        var end = gateway.DisposeAsync().AsTask();
        await RecordedLog.Current.SeenAsync(710);
        go.SetResult();

        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        await end;
    }

    [Fact]
    public async Task InwardGatewayThatStops_IsNotReady()
    {
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address);
        settings["ShutdownDelay"] = "00:00:05";
        var gateway = await RunningGateway.StartAsync(settings);
        var outer = gateway.Outer;
        var end = gateway.DisposeAsync().AsTask();
        await RecordedLog.Current.SeenAsync(710);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PlainClient.GetAsync(outer, "/health/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PlainClient.GetAsync(outer, "/health/live")).Status);
        await end;
    }

    [Fact]
    public async Task RequestsBeyondTheLimits_AreRefused()
    {
        var arrived = new SemaphoreSlim(0);
        var go = new TaskCompletionSource();
        await using var service = await TestService.StartSecuredAsync(async context =>
        {
            arrived.Release();
            await go.Task;
            return SoapReply.FromBody(context.Action + "Response", TestService.Reply);
        });
        var settings = Sections.GatewayOutward(service.Address, route => route["MaxRequestBytes"] = 1000);
        settings["Limits"] = new JsonObject { ["MaxConcurrentRequests"] = 1 };
        await using var gateway = await RunningGateway.StartAsync(settings);
        var first = PlainClient.PostAsync(gateway.Inner);
        Assert.True(await arrived.WaitAsync(TimeSpan.FromMinutes(1)));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PlainClient.PostAsync(gateway.Inner)).Status);
        go.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).Status);

        // The place of a request is free a moment after its reply has arrived.
        PlainAnswer large;
        do
        {
            large = await PlainClient.PostAsync(gateway.Inner, PlainClient.Envelope($"<e:Place xmlns:e='urn:e'>{new string('x', 1000)}</e:Place>"));
        }
        while (large.Status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.Status);
        Assert.Single(service.Seen);
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(RunningGateway gateway, string what)
    {
        var answer = await PlainClient.GetAsync(gateway.Inner, "/health/" + what);
        return (answer.Status, answer.Text);
    }
}
