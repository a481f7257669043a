using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SecureConversation.Gateway.Routing;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Health;

/// <summary>
/// Answers /health/live, which says that the process answers, and /health/ready, which says that some service behind it can be reached,
/// that the message security of inward routes can work, and that the gateway is not about to stop.
/// </summary>
internal sealed class Readiness(GatewayRoutes routes, GatewayServices gateway, GatewaySettings settings) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Lazy<Probe>> _probes = new(StringComparer.OrdinalIgnoreCase);
    private volatile bool _isStopping;

    public async Task<bool> TryAnswerAsync(HttpContext context, string path)
    {
        var status = path switch
        {
            "/health/live" => HealthStatus.Healthy,
            "/health/ready" => await CheckAsync().ConfigureAwait(false),
            _ => (HealthStatus?)null,
        };
        if (status is null)
        {
            return false;
        }

        context.Response.StatusCode = status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.WriteAsync($"{status}", context.RequestAborted).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Waits while load balancers notice. The server takes requests until this ends.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        GatewayLog.Stopping(gateway.Log, settings.ShutdownDelay);
        try
        {
            await Task.Delay(settings.ShutdownDelay, gateway.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host waits no longer.
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<HealthStatus> CheckAsync()
    {
        if (_isStopping)
        {
            return HealthStatus.Unhealthy;
        }

        var table = routes.Table;
        var addresses = table.All.Select(route => route.Address).DistinctBy(address => address.Authority);
        var reached = await Task.WhenAll(addresses.Select(ReachedAsync)).ConfigureAwait(false);
        var own = await Task.WhenAll(table.Inward.Select(route => route.CheckHealthAsync(CancellationToken.None))).ConfigureAwait(false);
        if (own.Any(report => report.Status == HealthStatus.Unhealthy) || !reached.Any(isReached => isReached))
        {
            return HealthStatus.Unhealthy;
        }

        return reached.All(isReached => isReached) && own.All(report => report.Status == HealthStatus.Healthy)
            ? HealthStatus.Healthy : HealthStatus.Degraded;
    }

    // Whoever asks often does not make the gateway connect often.
    private Task<bool> ReachedAsync(Uri address)
    {
        var now = gateway.Clock.GetTimestamp();
        var probe = _probes.AddOrUpdate(address.Authority, _ => New(), (_, known) =>
            known.Value.Result.IsCompleted && gateway.Clock.GetElapsedTime(known.Value.Start, now) > Kept ? New() : known);
        return probe.Value.Result;

        Lazy<Probe> New() => new(() => new Probe(now, ConnectAsync(address)));
    }

    private static async Task<bool> ConnectAsync(Uri address)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address.IdnHost, address.Port, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private sealed record Probe(long Start, Task<bool> Result);
}
