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
        [HeaderNames.Authorization, HeaderNames.ProxyAuthorization, "Client-Cert", "Client-Cert-Chain", "X-Forwarded-Client-Cert"];

    private static readonly string[] Messages =
    [
        HeaderNames.Host, HeaderNames.ContentLength, HeaderNames.TransferEncoding, HeaderNames.Connection, HeaderNames.Upgrade,
        HeaderNames.TE, HeaderNames.Trailer, HeaderNames.KeepAlive, HeaderNames.ContentType, HeaderNames.ContentEncoding,
        HeaderNames.AcceptEncoding,
        HeaderNames.Expect, "Proxy-Connection", "SOAPAction",
    ];

    /// <summary>Headers that no list may have.</summary>
    public static IEnumerable<string> NeverOf(IdentitySettings identity) => [.. Identities, .. Messages, identity.Header];

    /// <summary>Whether a header says what a message is and how it is framed.</summary>
    public static bool IsOfMessages(string header) => Messages.Contains(header, StringComparer.OrdinalIgnoreCase);

    public static FrozenSet<string> OfRequests(RouteSettings route) => Union(Requests, route.RequestHeaders);

    public static FrozenSet<string> OfResponses(RouteSettings route) => Union(Responses, route.ResponseHeaders);

    private static FrozenSet<string> Union(IEnumerable<string> known, IEnumerable<string> named) =>
        known.Concat(named).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
