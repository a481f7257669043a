using System.Text;
using SecureConversation.Binding;

namespace SecureConversation.Cli.Captures;

/// <summary>Makes the envelope as text of a body in MTOM or WCF's binary encoding.</summary>
internal static class EncodedBody
{
    private const string Multipart = "multipart/related";

    // RFC 2046 section 5.1.1.
    private const int LongestBoundary = 70;

    private static ReadOnlySpan<byte> Soap11 => "http://schemas.xmlsoap.org/soap/envelope/"u8;

    /// <summary>To how many bytes a body unfolds at most.</summary>
    public static long MostOf(int length) => Math.Min(CaptureLimits.MaxBodyBytes, EnvelopeEncoding.MostTextOf(length));

    /// <summary>The text with the content type that it has; or why there is none.</summary>
    /// <param name="body">After content codings.</param>
    /// <param name="contentType">The Content-Type; of MTOM the media type alone, where a file has no more.</param>
    public static (ReadOnlyMemory<byte> Text, string? ContentType, string? Problem) Decode(ReadOnlyMemory<byte> body, string contentType)
    {
        try
        {
            (body, contentType) = Complete(body, contentType);
            using var decoded = EnvelopeEncoding.Decode(body, contentType, CaptureLimits.MaxBodyBytes);
            var text = decoded.Envelope.ToArray();
            var version = text.AsSpan(0, Math.Min(text.Length, CaptureReader.HeadBytes)).IndexOf(Soap11) >= 0
                ? MessageVersion.Soap11 : MessageVersion.Soap12;
            return (text, $"{version.MediaType}; charset=utf-8", null);
        }
        catch (SecureConversationException e)
        {
            return (default, null, e.Message);
        }
    }

    /// <summary>
    /// A file has no Content-Type beside it. It may stand in the file, as WCF's encoder writes it, and otherwise the file begins with the
    /// boundary and the root part.
    /// </summary>
    private static (ReadOnlyMemory<byte> Body, string ContentType) Complete(ReadOnlyMemory<byte> body, string contentType)
    {
        if (!contentType.StartsWith(Multipart, StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("boundary", StringComparison.OrdinalIgnoreCase))
        {
            return (body, contentType);
        }

        var head = Encoding.Latin1.GetString(body.Span[..Math.Min(body.Length, CaptureReader.HeadBytes)]);
        if (head.StartsWith("MIME-Version:", StringComparison.OrdinalIgnoreCase)
            && head.IndexOf("\r\n\r\n", StringComparison.Ordinal) is > 0 and var end)
        {
            var line = head[..end].Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase));
            return (body[(end + 2)..], line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? contentType);
        }

        var first = head.TrimStart('\r', '\n').Split("\r\n", 2)[0];
        return first.StartsWith("--", StringComparison.Ordinal) && first.Length <= LongestBoundary + 2
            && !first.Contains('"', StringComparison.Ordinal)
            ? (body, $"{Multipart}; type=\"application/xop+xml\"; boundary=\"{first[2..]}\"")
            : (body, contentType);
    }
}
