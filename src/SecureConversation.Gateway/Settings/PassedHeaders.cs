using System.Collections.Frozen;
using Microsoft.Net.Http.Headers;

namespace SecureConversation.Gateway.Settings;

/// <summary>
/// Which headers of HTTP pass. What is on no list does not: neither identities, nor cookies, nor what belongs to one hop.
/// </summary>
internal static class PassedHeaders
{
    private static readonly string[] Requests = [HeaderNames.Accept, HeaderNames.AcceptLanguage, HeaderNames.UserAgent];

    private static readonly string[] Responses = [HeaderNames.ContentLanguage, HeaderNames.RetryAfter];

    private static readonly string[] Identities =
    [
        HeaderNames.Authorization, HeaderNames.ProxyAuthorization, HeaderNames.Cookie, "Forwarded", "Remote-User", "Client-Cert",
        "Client-Cert-Chain", "X-Forwarded-Client-Cert",
    ];

    // What proxies write of the client, and services believe.
    private static readonly string[] PrefixesOfIdentities = ["X-Forwarded-", "X-Remote-", "X-SSL-", "X-Client-"];

    private static readonly string[] Messages =
    [
        HeaderNames.Host, HeaderNames.ContentLength, HeaderNames.TransferEncoding, HeaderNames.Connection, HeaderNames.Upgrade,
        HeaderNames.TE, HeaderNames.Trailer, HeaderNames.KeepAlive, HeaderNames.ContentType, HeaderNames.ContentEncoding,
        HeaderNames.AcceptEncoding,
        HeaderNames.Expect, "Proxy-Connection", "SOAPAction",
    ];

    /// <summary>Whether a header says who somebody is by its name alone.</summary>
    public static bool IsOfIdentities(string header) => IsAmong(Identities, header);

    /// <summary>Whether a header may say who somebody is, so that no list of headers from others has it.</summary>
    public static bool MayNameSomebody(string header) =>
        IsOfIdentities(header) || PrefixesOfIdentities.Any(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a header says what a message is and how it is framed.</summary>
    public static bool IsOfMessages(string header) => IsAmong(Messages, header);

    /// <summary>Whether a header passes from everybody on each route.</summary>
    public static bool IsOfEverybody(string header) => IsAmong(Requests, header);

    public static FrozenSet<string> OfRequests(RouteSettings route) => Union(Requests, route.RequestHeaders);

    public static FrozenSet<string> OfResponses(RouteSettings route) => Union(Responses, route.ResponseHeaders);

    private static FrozenSet<string> Union(IEnumerable<string> known, IEnumerable<string> named) =>
        known.Concat(named).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static bool IsAmong(string[] names, string header) => names.Contains(header, StringComparer.OrdinalIgnoreCase);
}
