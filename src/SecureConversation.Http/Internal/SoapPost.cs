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
    public static void CopySettings(HttpRequestMessage from, HttpRequestMessage to)
    {
        to.Version = from.Version;
        to.VersionPolicy = from.VersionPolicy;
        foreach (var (name, values) in from.Headers.NonValidated)
        {
            if (!string.Equals(name, SoapAction, StringComparison.OrdinalIgnoreCase))
            {
                to.Headers.TryAddWithoutValidation(name, values);
            }
        }

        foreach (var (key, value) in from.Options)
        {
            ((IDictionary<string, object?>)to.Options)[key] = value;
        }
    }
}
