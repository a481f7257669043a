using System.Net.Http.Headers;
using System.Text;
using System.Xml;

namespace SecureConversation.Cli.Captures;

/// <summary>What an entity is, by its media type and its first bytes.</summary>
/// <param name="Name">In words.</param>
/// <param name="PassedOver">What it is counted as, in the plural, where it cannot be SOAP; else null.</param>
/// <param name="IsEncoded">Whether it is SOAP in another encoding than text.</param>
internal sealed record EntityKind(string Name, string? PassedOver = null, bool IsEncoded = false)
{
    private const int LongestName = 60;

    private static readonly EntityKind Envelope = new("SOAP");
    private static readonly EntityKind Mtom = new("MTOM", IsEncoded: true);
    private static readonly EntityKind Binary = new("binary XML of WCF", IsEncoded: true);

    /// <param name="mediaType">In lower case, without parameters; null where it is not known.</param>
    /// <param name="body">After content codings; empty where there is none.</param>
    public static EntityKind Of(string? mediaType, ReadOnlySpan<byte> body) => OfType(mediaType)
        ?? (mediaType is not null && IsXml(mediaType) ? OfXml(body) : OfUnknown(mediaType, body));

    /// <summary>What an entity is by its media type alone; null where its first bytes decide.</summary>
    public static EntityKind? OfType(string? mediaType) => mediaType switch
    {
        "multipart/related" => Mtom,
        "application/soap+msbin1" => Binary,
        "text/html" or "application/xhtml+xml" or "image/svg+xml" => PassOver(mediaType),
        // Who does not know, or says text/plain, may have sent SOAP nevertheless.
        null or "text/plain" or "application/octet-stream" or "x-unknown" => null,
        _ => IsXml(mediaType) ? null : PassOver(mediaType),
    };

    /// <summary>The media type of a Content-Type, in lower case and without parameters.</summary>
    public static string? MediaType(string? contentType) => contentType is null ? null
        : MediaTypeHeaderValue.TryParse(contentType, out var parsed) ? parsed.MediaType?.ToLowerInvariant()
        : contentType.Split(';')[0].Trim().ToLowerInvariant();

    /// <summary>Whether the bytes begin as XML does, in UTF-8 or UTF-16.</summary>
    public static bool BeginsAsXml(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes[..Math.Min(bytes.Length, 1024)])
        {
            if (b is 0xEF or 0xBB or 0xBF or 0xFE or 0xFF or 0 or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            return b == '<';
        }

        return false;
    }

    private static bool IsXml(string mediaType) =>
        mediaType is "text/xml" or "application/xml" || mediaType.EndsWith("+xml", StringComparison.Ordinal);

    private static EntityKind PassOver(string mediaType)
    {
        var name = mediaType.Length == 0 ? "an unknown type"
            : mediaType.Length <= LongestName ? mediaType : mediaType[..LongestName] + "...";
        return new(name, PassedOver: $"bodies of {name}");
    }

    private static EntityKind OfUnknown(string? mediaType, ReadOnlySpan<byte> body) =>
        !BeginsAsXml(body) ? PassOver(mediaType ?? "") : IsHtml(body) ? PassOver("text/html") : OfXml(body);

    private static bool IsHtml(ReadOnlySpan<byte> body)
    {
        var head = Encoding.Latin1.GetString(body[..Math.Min(body.Length, 256)])
            .TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        return head.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || head.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }

    // What is no XML at all stays: the report says what is wrong with it.
    private static EntityKind OfXml(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return Envelope;
        }

        var head = body[..Math.Min(body.Length, CaptureLimits.MaxHeaderBytes)].ToArray();
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(head), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return reader.MoveToContent() != XmlNodeType.Element || reader.LocalName == "Envelope"
                ? Envelope
                : new("XML", PassedOver: "bodies of XML that are no SOAP envelopes");
        }
        catch (XmlException)
        {
            return Envelope;
        }
    }
}
