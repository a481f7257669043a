using System.Net;
using SecureConversation.Gateway.Health;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Routing;

/// <summary>Answers each request: health, a route, or not found.</summary>
internal sealed class GatewayPipeline(GatewayRoutes routes, GatewayServices gateway, Readiness readiness, GatewaySettings settings)
{
    private readonly bool _isForThisMachine = !settings.Listeners.AllowInnerFromNetwork;

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

        if (side == Side.Inner && _isForThisMachine && !NamesThisMachine(context.Request.Host.Host))
        {
            GatewayLog.RequestRefused(gateway.Log, route.Name, StatusCodes.Status421MisdirectedRequest,
                "its Host is not this machine, as when a page in a browser has its name lead here.");
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        await route.InvokeAsync(context).ConfigureAwait(false);
    }

    /// <summary>
    /// Whoever connects from this machine means it. A browser that was led here by the name of a stranger's page does not.
    /// </summary>
    private static bool NamesThisMachine(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
