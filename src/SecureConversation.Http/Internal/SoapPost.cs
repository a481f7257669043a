using System.Net.Http.Headers;
using SecureConversation.Binding;

namespace SecureConversation.Http.Internal;

/// <summary>Makes the HTTP requests that carry envelopes.</summary>
internal static class SoapPost
{
    public const string SoapAction = "SOAPAction";

    public static HttpRequestMessage Create(MessageVersion version, Uri address, HttpContent content, string action)
    {
        RequireAction(action);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        if (version.Soap == SoapVersion.Soap11)
        {
            request.Headers.TryAddWithoutValidation(SoapAction, $"\"{action}\"");
        }

        // What was encoded says itself what it is.
        if (content.Headers.ContentType is null)
        {
            var type = ContentType(version);
            if (version.Soap == SoapVersion.Soap12 && action.Length > 0)
            {
                type.Parameters.Add(new NameValueHeaderValue("action", $"\"{action}\""));
            }

            content.Headers.ContentType = type;
        }

        return request;
    }

    /// <exception cref="ArgumentException">The action would break out of the header that it is put into.</exception>
    public static void RequireAction(string action)
    {
        if (action.AsSpan().ContainsAnyInRange('\0', ' ') || action.AsSpan().ContainsAny('"', '\\'))
        {
            throw new ArgumentException("The action has characters that no URI has.", nameof(action));
        }
    }

    public static MediaTypeHeaderValue ContentType(MessageVersion version) => new(version.MediaType) { CharSet = "utf-8" };

    /// <summary>
    /// Copies what a caller may have set beside the content. The caller's request stays as it is, so that it can be sent again.
    /// </summary>
    public static void CopySettings(HttpRequestMessage from, HttpRequestMessage to) => CopySettings(
        (from.Version, from.VersionPolicy), from.Headers.NonValidated, from.Options, to);

    private static void CopySettings((Version Version, HttpVersionPolicy Policy) http,
        IEnumerable<KeyValuePair<string, HeaderStringValues>> headers, IEnumerable<KeyValuePair<string, object?>> options,
        HttpRequestMessage to)
    {
        (to.Version, to.VersionPolicy) = http;
        foreach (var (name, values) in headers)
        {
            if (!string.Equals(name, SoapAction, StringComparison.OrdinalIgnoreCase))
            {
                to.Headers.TryAddWithoutValidation(name, values);
            }
        }

        foreach (var (key, value) in options)
        {
            ((IDictionary<string, object?>)to.Options)[key] = value;
        }
    }

    /// <summary>What a caller has set beside the content, for messages that are sent when the caller may be gone.</summary>
    public sealed class Settings(HttpRequestMessage request)
    {
        private readonly (Version, HttpVersionPolicy) _http = (request.Version, request.VersionPolicy);
        private readonly List<KeyValuePair<string, HeaderStringValues>> _headers = [.. request.Headers.NonValidated];
        private readonly List<KeyValuePair<string, object?>> _options = [.. request.Options];

        /// <summary>
        /// Whether the service is asked before the body is sent (RFC 9110 section 10.1.1). A connection that ends in the middle of a body
        /// may be that of a service that refuses its length, and then its answer is lost.
        /// </summary>
        public bool AsksFirst { get; set; }

        public void CopyTo(HttpRequestMessage to)
        {
            CopySettings(_http, _headers, _options, to);
            to.Headers.ExpectContinue = AsksFirst ? true : to.Headers.ExpectContinue;
        }
    }
}
