using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>Strangers outside take nothing from the clients inside, and learn nothing of the inside.</summary>
public sealed class StrangerTests
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    [Theory]
    [InlineData("baggage", "user=administrator")]
    [InlineData("Correlation-Context", "user=administrator")]
    [InlineData("tracestate", "user=administrator")]
    public async Task HeadersOfTracing_DoNotReachThePlainService(string name, string value)
    {
        await using var service = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        await using var client = TestService.Connect(gateway.Outer, change: null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);

        await client.CallAsync("urn:e/Place", Call);

        var headers = service.Seen.Single().Headers;
        Assert.DoesNotContain(headers, header => header.Value.Contains("administrator", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HeadersOfTracing_DoNotReachThePartner()
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        await PlainClient.PostAsync(gateway.Inner, change: request =>
        {
            request.Headers.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            request.Headers.TryAddWithoutValidation("baggage", "employee=secret");
        });

        Assert.DoesNotContain(service.Seen.Single().Headers, header => header.Value.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SlowStrangers_LeaveRoomForTheInside()
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var plain = await TestService.StartPlainAsync();
        var settings = Sections.GatewayOutward(service.Address);
        var inward = Sections.GatewayInward(plain.Address, route => route["Path"] = "/billing");
        settings["Inward"] = inward["Inward"]!.DeepClone();
        settings["Identity"] = inward["Identity"]!.DeepClone();
        settings["Limits"] = new JsonObject { ["MaxConcurrentRequests"] = 4 };
        await using var gateway = await RunningGateway.StartAsync(settings);
        var sockets = new List<TcpClient>();
        for (var i = 0; i < 4; i++)
        {
            var socket = new TcpClient();
            await socket.ConnectAsync(gateway.Outer.Host, gateway.Outer.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                "POST /billing HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml\r\nContent-Length: 4000000\r\n\r\n<"));
            sockets.Add(socket);
        }

        await Task.Delay(500);
        var answer = await PlainClient.PostAsync(gateway.Inner);
        sockets.ForEach(socket => socket.Dispose());

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    /// <summary>Their refusals wait.</summary>
    [Fact]
    public async Task RefusedStrangers_LeaveRoomForTheInside()
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var plain = await TestService.StartPlainAsync();
        var settings = Sections.GatewayOutward(service.Address);
        var inward = Sections.GatewayInward(plain.Address, route =>
        {
            route["Path"] = "/billing";
            // As it is without the tests.
            route["Security"]!.AsObject().Remove("FailureAnswers");
        });
        settings["Inward"] = inward["Inward"]!.DeepClone();
        settings["Identity"] = inward["Identity"]!.DeepClone();
        settings["Limits"] = new JsonObject { ["MaxConcurrentRequests"] = 4 };
        await using var gateway = await RunningGateway.StartAsync(settings);
        var envelope = PlainClient.Envelope(header: "<o:Security s:mustUnderstand='1' xmlns:o='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'/>");
        var refused = 0;
        using var http = new HttpClient();
        using var end = new CancellationTokenSource();
        var attack = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                using var content = new StringContent(envelope, Encoding.UTF8, "application/soap+xml");
                using var answer = await http.PostAsync(new Uri(gateway.Outer, "/billing"), content);
            }
        })).ToList();
        for (var i = 0; i < 20; i++)
        {
            await Task.Delay(100);
            refused += (await PlainClient.PostAsync(gateway.Inner)).Status == HttpStatusCode.ServiceUnavailable ? 1 : 0;
        }

        await end.CancelAsync();
        await Task.WhenAll(attack);
        Assert.True(refused == 0, $"{refused} of 20 calls of the inside were refused.");
    }

    /// <summary>A page in a browser, whose name leads to this machine.</summary>
    [Fact]
    public async Task InnerListener_OfThisMachine_AnswersNoOtherHost()
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        var answer = await PlainClient.PostAsync(gateway.Inner, change: request =>
        {
            request.Headers.Host = "evil.example:5080";
            request.Headers.TryAddWithoutValidation("Origin", "http://evil.example:5080");
        });

        Assert.NotEqual(HttpStatusCode.OK, answer.Status);
        Assert.Empty(service.Seen);
    }
}
