using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>Requests that no client sends by mistake.</summary>
public sealed class HostileTests
{
    private static readonly string Body = PlainClient.Envelope();

    [Theory]
    [InlineData("POST /orders/../admin HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("POST /orders/%2e%2e/admin HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("POST /orders/ HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("POST /orders/below HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("POST //orders HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("POST http://169.254.169.254/latest HTTP/1.1\r\nHost: 169.254.169.254\r\n")]
    [InlineData("POST /billing HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n")]
    public async Task OtherPaths_LeadNowhere(string start)
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var plain = await TestService.StartPlainAsync();
        var settings = Sections.GatewayOutward(service.Address);
        var inward = Sections.GatewayInward(plain.Address, route => route["Path"] = "/billing");
        settings["Inward"] = inward["Inward"]!.DeepClone();
        settings["Identity"] = inward["Identity"]!.DeepClone();
        await using var gateway = await RunningGateway.StartAsync(settings);

        var answer = await RawAsync(gateway.Inner, $"{start}Content-Type: application/soap+xml\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}");

        Assert.Matches("^HTTP/1.1 (400|404|405)", answer);
        Assert.Empty(service.Seen);
        Assert.Empty(plain.Seen);
    }

    /// <summary>An outward route on the outer listener would give strangers the identity of the gateway.</summary>
    [Fact]
    public async Task OutwardRoutes_AreNotOnTheOuterListener()
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var plain = await TestService.StartPlainAsync();
        var settings = Sections.GatewayOutward(service.Address);
        var inward = Sections.GatewayInward(plain.Address, route => route["Path"] = "/billing");
        settings["Inward"] = inward["Inward"]!.DeepClone();
        settings["Identity"] = inward["Identity"]!.DeepClone();
        await using var gateway = await RunningGateway.StartAsync(settings);

        Assert.Equal(HttpStatusCode.NotFound, (await PlainClient.PostAsync(gateway.Outer)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PlainClient.PostAsync(gateway.Inner)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PlainClient.PostAsync(gateway.Inner, path: "/billing")).Status);
        Assert.Single(service.Seen);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 500\r\n")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n")]
    [InlineData("Transfer-Encoding: gzip\r\n")]
    [InlineData("Content-Length: -1\r\n")]
    [InlineData("Content-Length : 5\r\n")]
    [InlineData("X: a\r\n b\r\n")]
    public async Task FramingThatTwoReadersReadInTwoWays_IsRefused(string framing)
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        var answer = await RawAsync(gateway.Inner,
            $"POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml; action=\"urn:e/Place\"\r\nConnection: close\r\n{framing}\r\n0\r\n\r\n");

        Assert.Matches("^HTTP/1.1 (4|501)", answer);
        Assert.Empty(service.Seen);
    }

    [Theory]
    [InlineData("<s:Envelope")]
    [InlineData("")]
    [InlineData("<x/>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>&a;</s:Body></s:Envelope>")]
    [InlineData("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/><s:Body/></s:Envelope>")]
    public async Task WhatIsNoEnvelope_IsTheClientsFault(string envelope)
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        var answer = await PlainClient.PostAsync(gateway.Inner, envelope);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("s:Sender", answer.Text, StringComparison.Ordinal);
        Assert.Empty(service.Seen);
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("Cookie")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Anything")]
    public async Task HeadersOfPlainClients_DoNotPass_ButForThoseOfTheList(string name)
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(
            Sections.GatewayOutward(service.Address, route => route["RequestHeaders"] = new JsonArray("X-Tenant")));

        await PlainClient.PostAsync(gateway.Inner, change: request =>
        {
            request.Headers.TryAddWithoutValidation(name, "secret");
            request.Headers.TryAddWithoutValidation("X-Tenant", "blue");
        });

        var headers = service.Seen.Single().Headers;
        Assert.DoesNotContain(headers, header => header.Value.Contains("secret", StringComparison.Ordinal));
        Assert.Equal("blue", headers["X-Tenant"]);
    }

    private static async Task<string> RawAsync(Uri gateway, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(gateway.Host, gateway.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
