using System.Net.Http.Headers;
using System.Text;

namespace SecureConversation.Gateway.Outward;

/// <summary>A user name and password of HTTP Basic (RFC 7617), in UTF-8.</summary>
internal sealed record BasicCredential(string UserName, string Password)
{
    private const int LongestHeader = 2048;
    private const int LongestName = 256;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The credential of a header; null where it has none that could be sent on.</summary>
    public static BasicCredential? Parse(string? header)
    {
        if (header is null or { Length: > LongestHeader } || !AuthenticationHeaderValue.TryParse(header, out var value)
            || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) || value.Parameter is null)
        {
            return null;
        }

        var bytes = new byte[LongestHeader];
        if (!Convert.TryFromBase64String(value.Parameter, bytes, out var length))
        {
            return null;
        }

        try
        {
            var text = Utf8.GetString(bytes, 0, length);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            // RFC 7617 section 2: no control characters.
            return colon is > 0 and <= LongestName && !text.Any(char.IsControl)
                ? new BasicCredential(text[..colon], text[(colon + 1)..])
                : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Says nothing of the password.</summary>
    public override string ToString() => nameof(BasicCredential);
}
