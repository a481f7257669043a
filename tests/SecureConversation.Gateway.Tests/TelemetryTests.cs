using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>What the gateway sends to a collector of OpenTelemetry.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task TracesAndMetrics_ReachTheCollector()
    {
        var received = new ConcurrentQueue<(string Path, string Body)>();
        await using var collector = await StartCollectorAsync(received);
        await using var service = await TestService.StartPlainAsync();
        var settings = Sections.GatewayInward(service.Address);
        settings["Telemetry"] = new JsonObject { ["OtlpEndpoint"] = collector.Urls.First(), ["ServiceName"] = "orders-gateway" };
        await using (var gateway = await RunningGateway.StartAsync(settings))
        {
            await using var client = TestService.Connect(gateway.Outer);
            await client.CallAsync("urn:e/Place", "<e:Place xmlns:e='urn:e'/>");
        }

        // What is pending is sent when the gateway ends.
        string Of(string path) => string.Concat(received.Where(sent => sent.Path == path).Select(sent => sent.Body));
        var traces = Of("/opentelemetry.proto.collector.trace.v1.TraceService/Export");
        var metrics = Of("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export");
        Assert.All([traces, metrics], sent => Assert.Contains("orders-gateway", sent, StringComparison.Ordinal));
        Assert.Contains("urn:e/Place", traces, StringComparison.Ordinal);
        Assert.Contains("secureconversation.", metrics, StringComparison.Ordinal);
    }

    /// <summary>Takes everything (OTLP over gRPC: an empty message is the answer).</summary>
    private static async Task<WebApplication> StartCollectorAsync(ConcurrentQueue<(string Path, string Body)> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
            received.Enqueue((context.Request.Path, await reader.ReadToEndAsync()));
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await app.StartAsync();
        return app;
    }
}
