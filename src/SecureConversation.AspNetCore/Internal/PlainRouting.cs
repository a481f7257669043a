using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// The endpoint as what runs behind message security sees it, once its policies were judged: without our mark, which lets anybody in, and
/// would have filters of MVC let anybody in as well; and without the note that authorization has run, for which routing behind message
/// security would not miss the authorization of its own endpoints. Both are put back at the end.
/// </summary>
internal readonly struct PlainRouting : IDisposable
{
    // What the authorization of ASP.NET Core notes for its routing.
    private const string Judged = "__AuthorizationMiddlewareWithEndpointInvoked";

    private static readonly ConditionalWeakTable<Endpoint, Endpoint> Plain = [];

    private readonly HttpContext _context;
    private readonly Endpoint? _endpoint;
    private readonly object? _judged;

    private PlainRouting(HttpContext context, Endpoint endpoint)
    {
        (_context, _endpoint) = (context, endpoint);
        context.Items.Remove(Judged, out _judged);
        context.SetEndpoint(Plain.GetValue(endpoint, Strip));
    }

    public static bool WasJudged(HttpContext context) => context.Items.ContainsKey(Judged);

    /// <summary>Changes nothing where the endpoint has no message security of its own.</summary>
    public static PlainRouting Begin(HttpContext context) =>
        context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<JudgedWhenVerified>() is not null
            ? new PlainRouting(context, endpoint)
            : default;

    public void Dispose()
    {
        if (_endpoint is not null)
        {
            _context.SetEndpoint(_endpoint);
            if (_judged is not null)
            {
                _context.Items[Judged] = _judged;
            }
        }
    }

    private static Endpoint Strip(Endpoint endpoint)
    {
        var metadata = new EndpointMetadataCollection(endpoint.Metadata.Where(data => data is not JudgedWhenVerified));
        return endpoint is RouteEndpoint route
            ? new RouteEndpoint(route.RequestDelegate!, route.RoutePattern, route.Order, metadata, route.DisplayName)
            : new Endpoint(endpoint.RequestDelegate, metadata, endpoint.DisplayName);
    }
}
