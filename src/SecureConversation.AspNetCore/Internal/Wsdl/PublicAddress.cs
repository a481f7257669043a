using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>
/// The address that a description names. The host of a request is what its sender says, and a cache may give the answer to others. So it
/// is used where AllowedHosts names it, or where client and service are on one machine with no proxy between them; else the address of the
/// file stays. Its port has to be the one of the connection or the default of the scheme, since AllowedHosts has names alone; behind a
/// proxy with another port the options say the address. Spellings of one address give one: the name is in lower case, and the path is that
/// of the route.
/// </summary>
internal static class PublicAddress
{
    /// <param name="request">A request for the description.</param>
    /// <param name="configured">The address of the endpoint by its options; null when they have none.</param>
    /// <param name="allowedHosts">The setting AllowedHosts: names, separated by semicolons.</param>
    /// <returns>The address; null for that of the file.</returns>
    public static string? Of(HttpRequest request, Uri? configured, string? allowedHosts)
    {
        if (configured is { IsAbsoluteUri: true, Scheme: "http" or "https" })
        {
            return configured.AbsoluteUri;
        }

        return IsKnown(request, allowedHosts)
            ? UriHelper.BuildAbsolute(request.Scheme, Host(request.Host), request.PathBase, PathOf(request))
            : null;
    }

    private static HostString Host(HostString host)
    {
        var name = host.Host.ToLowerInvariant();
        return host.Port is { } port ? new HostString(name, port) : new HostString(name);
    }

    private static PathString PathOf(HttpRequest request) =>
        request.HttpContext.GetEndpoint() is RouteEndpoint { RoutePattern: { Parameters.Count: 0, RawText: { } pattern } }
            ? new PathString("/" + pattern.Trim('/'))
            : request.Path;

    private static bool IsKnown(HttpRequest request, string? allowedHosts)
    {
        if (!request.Host.HasValue || !IsPortKnown(request))
        {
            return false;
        }

        var names = (allowedHosts ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        StringSegment[] allowed = [.. names.Select(name => (StringSegment)name)];
        return allowed.Length > 0 && !allowed.Contains("*")
            ? HostString.MatchesAny(request.Host.Value, allowed)
            : IsThisMachine(request);
    }

    private static bool IsPortKnown(HttpRequest request) =>
        request.Host.Port is not { } port
        || port == request.HttpContext.Connection.LocalPort
        || port == (request.Scheme == Uri.UriSchemeHttps ? 443 : 80);

    private static bool IsThisMachine(HttpRequest request) =>
        IsLoopback(request.HttpContext.Connection.RemoteIpAddress)
        && IsLoopback(request.HttpContext.Connection.LocalIpAddress)
        && !request.Headers.Keys.Any(IsOfProxy)
        && (request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(request.Host.Host, out var host) && IPAddress.IsLoopback(host)));

    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);

    // X-Original-For and others are what ASP.NET Core leaves of the headers that it has taken.
    private static bool IsOfProxy(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Via", StringComparison.OrdinalIgnoreCase);
}
