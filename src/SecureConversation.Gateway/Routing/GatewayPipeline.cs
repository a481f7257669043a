using SecureConversation.Gateway.Health;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Routing;

/// <summary>Answers each request: health, a route, or not found.</summary>
internal sealed class GatewayPipeline(GatewayRoutes routes, GatewayServices gateway, Readiness readiness, GatewaySettings settings)
    : IDisposable
{
    private readonly SemaphoreSlim _free = new(settings.Limits.MaxConcurrentRequests);

    public async Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith("/health/", StringComparison.Ordinal) && await readiness.TryAnswerAsync(context, path).ConfigureAwait(false))
        {
            return;
        }

        if (Sides.Of(context) is not { } side || routes.Table.Find(side, path) is not { } route)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!_free.Wait(0, CancellationToken.None))
        {
            GatewayLog.Busy(gateway.Log, settings.Limits.MaxConcurrentRequests);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            return;
        }

        try
        {
            await route.InvokeAsync(context).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();
}
