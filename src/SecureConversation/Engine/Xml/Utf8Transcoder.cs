using System.Buffers;
using System.Text;
using System.Xml;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>Converts messages to and from UTF-8. Only this class of the engine uses System.Xml.</summary>
internal static class Utf8Transcoder
{
    private const int RawCharacters = 4096;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly XmlDictionaryReaderQuotas Quotas = XmlDictionaryReaderQuotas.Max;

    /// <summary>
    /// Converts a message from the charset of its content type (null when it has none). UTF-8 is returned unchanged. A byte order mark
    /// takes precedence over the charset (XML 1.0, appendix F.1 and F.2).
    /// </summary>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> message, string? charset, XmlLimits limits)
    {
        if (message.Length > limits.MaxBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "size", FailureText.Of(message.Length, "bytes"),
                FailureText.AtMost(limits.MaxBytes, "MaxEnvelopeBytes"));
        }

        var utf16 = DetectUtf16(message.Span, charset);
        if (utf16 is null)
        {
            return message;
        }

        try
        {
            var text = utf16.GetString(message.Span);
            var rest = text.AsSpan(text.StartsWith('\uFEFF') ? 1 : 0);
            // The XML declaration names UTF-16, which is wrong after the conversion.
            if (rest.StartsWith("<?xml ", StringComparison.Ordinal) && rest.IndexOf("?>") is > 0 and int close)
            {
                rest = rest[(close + 2)..];
            }

            var utf8 = new byte[Utf8.GetByteCount(rest)];
            Utf8.GetBytes(rest, utf8);
            return utf8;
        }
        catch (ArgumentException)
        {
            return Fail.With<ReadOnlyMemory<byte>>(FailureCode.NotWellFormed, "not UTF-16");
        }
    }

    /// <summary>Reads the element at the position of a reader, or its document element, and moves the reader past it.</summary>
    public static ReadOnlyMemory<byte> FromReader(XmlDictionaryReader reader)
    {
        try
        {
            using var stream = new MemoryStream();
            using (var writer = XmlDictionaryWriter.CreateTextWriter(stream, Utf8, ownsStream: false))
            {
                reader.MoveToContent();
                writer.WriteNode(reader, defattr: false);
            }

            return stream.GetBuffer().AsMemory(0, checked((int)stream.Length));
        }
        catch (XmlException)
        {
            return Fail.With<ReadOnlyMemory<byte>>(FailureCode.NotWellFormed, "reader");
        }
    }

    /// <summary>Creates a reader over bytes that <see cref="XmlIndex"/> accepted.</summary>
    public static XmlDictionaryReader CreateReader(ReadOnlyMemory<byte> utf8) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(utf8, out var segment)
            ? XmlDictionaryReader.CreateTextReader(segment.Array!, segment.Offset, segment.Count, Quotas)
            : XmlDictionaryReader.CreateTextReader(utf8.ToArray(), Quotas);

    /// <summary>Writes the root element of a document that <see cref="XmlIndex"/> accepted.</summary>
    public static void ToWriter(ReadOnlyMemory<byte> utf8, XmlDictionaryWriter writer)
    {
        using var reader = CreateReader(utf8);
        reader.MoveToContent();
        if (writer is not IXmlTextWriterInitializer || ContentOf(utf8.Span, reader.Name) is not { } content)
        {
            writer.WriteNode(reader, defattr: false);
            return;
        }

        // A writer of text takes the octets as they are. Only the root element has to be one for it.
        writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
        writer.WriteAttributes(reader, defattr: false);
        WriteRaw(utf8.Span[content], writer);
        writer.WriteEndElement();
    }

    /// <summary>Where the content of the root element stands; null where there is more than that element, or no content.</summary>
    private static Range? ContentOf(ReadOnlySpan<byte> utf8, string name)
    {
        var last = Utf8.GetBytes($"</{name}>");
        if (!utf8.EndsWith(last) || utf8[0] != '<' || utf8[1] is (byte)'!' or (byte)'?')
        {
            return null;
        }

        var (start, end) = (0, utf8.Length - last.Length);
        for (var quote = (byte)0; start < end && (quote != 0 || utf8[start] != '>'); start++)
        {
            quote = quote == 0 && utf8[start] is (byte)'"' or (byte)'\'' ? utf8[start] : utf8[start] == quote ? (byte)0 : quote;
        }

        return start < end ? (start + 1)..end : null;
    }

    private static void WriteRaw(ReadOnlySpan<byte> utf8, XmlDictionaryWriter writer)
    {
        var decoder = Utf8.GetDecoder();
        var text = ArrayPool<char>.Shared.Rent(RawCharacters);
        try
        {
            while (!utf8.IsEmpty)
            {
                // The decoder keeps surrogate pairs together.
                decoder.Convert(utf8, text, flush: true, out var read, out var written, out _);
                writer.WriteRaw(text, 0, written);
                utf8 = utf8[read..];
            }
        }
        finally
        {
            Array.Clear(text);
            ArrayPool<char>.Shared.Return(text);
        }
    }

    private static UnicodeEncoding? DetectUtf16(ReadOnlySpan<byte> message, string? charset)
    {
        var bigEndian = message switch
        {
            [0xFF, 0xFE, ..] => false,
            [0xFE, 0xFF, ..] => true,
            [0xEF, 0xBB, 0xBF, ..] => null,
            _ => Charset(charset, message),
        };
        return bigEndian is null ? null : new UnicodeEncoding(bigEndian.Value, byteOrderMark: false, throwOnInvalidBytes: true);
    }

    private static bool? Charset(string? charset, ReadOnlySpan<byte> message) => charset?.Trim('"').ToLowerInvariant() switch
    {
        null or "" or "utf-8" or "us-ascii" => null,
        "utf-16le" => false,
        "utf-16be" => true,
        // Without a byte order mark, UTF-16 is big-endian by RFC 2781 section 4.3, but WCF writes little-endian. The first character tells.
        "utf-16" => message is not [(byte)'<', 0, ..],
        _ => Fail.With<bool?>(FailureCode.ContentTypeMismatch, "charset"),
    };
}
