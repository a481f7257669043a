using System.Buffers;

namespace SecureConversation.Engine.Xml;

/// <summary>Writes character data and attribute values in canonical form (Canonical XML 1.0, section 2.3).</summary>
internal static class CanonicalEscapes
{
    private static readonly SearchValues<byte> AttributeStops = SearchValues.Create("&\t\n\r\""u8);
    private static readonly SearchValues<byte> DecodedStops = SearchValues.Create("&<\"\t\n\r"u8);

    public static void WriteText(CanonicalSink sink, ReadOnlySpan<byte> raw)
    {
        int run;
        while ((run = raw.IndexOfAny((byte)'&', (byte)'\r', (byte)'>')) >= 0)
        {
            sink.Write(raw[..run]);
            raw = raw[run..];
            var length = 1;
            switch (raw[0])
            {
                case (byte)'&':
                    WriteTextCharacter(sink, XmlReferences.Read(raw, out length));
                    break;
                case (byte)'\r':
                    sink.Write((byte)'\n');
                    length = XmlReferences.LineBreakLength(raw);
                    break;
                default:
                    sink.Write("&gt;"u8);
                    break;
            }

            raw = raw[length..];
        }

        sink.Write(raw);
    }

    /// <summary>Whether canonical form keeps all references in a text.</summary>
    public static bool AreCanonical(ReadOnlySpan<byte> text)
    {
        for (int at; (at = text.IndexOf((byte)'&')) >= 0;)
        {
            text = text[at..];
            if (!text.StartsWith("&amp;"u8) && !text.StartsWith("&lt;"u8) && !text.StartsWith("&gt;"u8) && !text.StartsWith("&#xD;"u8))
            {
                return false;
            }

            text = text[1..];
        }

        return true;
    }

    /// <param name="sink">Receives the canonical bytes.</param>
    /// <param name="raw">The section without its markup.</param>
    /// <param name="keepCarriageReturns">True for the form of WCF, which does not normalise line ends in CDATA sections.</param>
    public static void WriteCData(CanonicalSink sink, ReadOnlySpan<byte> raw, bool keepCarriageReturns)
    {
        int run;
        while ((run = raw.IndexOfAny("&<>\r"u8)) >= 0)
        {
            sink.Write(raw[..run]);
            raw = raw[run..];
            var length = 1;
            if (raw[0] == '\r' && !keepCarriageReturns)
            {
                sink.Write((byte)'\n');
                length = XmlReferences.LineBreakLength(raw);
            }
            else
            {
                WriteTextCharacter(sink, raw[0]);
            }

            raw = raw[length..];
        }

        sink.Write(raw);
    }

    /// <summary>Writes a comment with normalised line ends and without escapes. WCF does not normalise the line ends either.</summary>
    public static void WriteComment(CanonicalSink sink, ReadOnlySpan<byte> raw, bool keepCarriageReturns)
    {
        sink.Write("<!--"u8);
        int run;
        while (!keepCarriageReturns && (run = raw.IndexOf((byte)'\r')) >= 0)
        {
            sink.Write(raw[..run]);
            sink.Write((byte)'\n');
            raw = raw[run..];
            raw = raw[XmlReferences.LineBreakLength(raw)..];
        }

        sink.Write(raw);
        sink.Write("-->"u8);
    }

    public static void WriteAttributeValue(CanonicalSink sink, ReadOnlySpan<byte> raw)
    {
        int run;
        while ((run = raw.IndexOfAny(AttributeStops)) >= 0)
        {
            sink.Write(raw[..run]);
            raw = raw[run..];
            var length = 1;
            switch (raw[0])
            {
                case (byte)'&':
                    WriteAttributeCharacter(sink, XmlReferences.Read(raw, out length));
                    break;
                case (byte)'"':
                    sink.Write("&quot;"u8);
                    break;
                default:
                    sink.Write((byte)' ');
                    length = XmlReferences.LineBreakLength(raw);
                    break;
            }

            raw = raw[length..];
        }

        sink.Write(raw);
    }

    /// <summary>Writes an attribute value that is decoded already, such as a namespace URI.</summary>
    public static void WriteDecodedValue(CanonicalSink sink, ReadOnlySpan<byte> value)
    {
        int run;
        while ((run = value.IndexOfAny(DecodedStops)) >= 0)
        {
            sink.Write(value[..run]);
            WriteAttributeCharacter(sink, value[run]);
            value = value[(run + 1)..];
        }

        sink.Write(value);
    }

    private static void WriteTextCharacter(CanonicalSink sink, uint value)
    {
        switch (value)
        {
            case '&':
                sink.Write("&amp;"u8);
                break;
            case '<':
                sink.Write("&lt;"u8);
                break;
            case '>':
                sink.Write("&gt;"u8);
                break;
            case '\r':
                sink.Write("&#xD;"u8);
                break;
            default:
                WriteCharacter(sink, value);
                break;
        }
    }

    private static void WriteAttributeCharacter(CanonicalSink sink, uint value)
    {
        switch (value)
        {
            case '&':
                sink.Write("&amp;"u8);
                break;
            case '<':
                sink.Write("&lt;"u8);
                break;
            case '"':
                sink.Write("&quot;"u8);
                break;
            case '\t':
                sink.Write("&#x9;"u8);
                break;
            case '\n':
                sink.Write("&#xA;"u8);
                break;
            case '\r':
                sink.Write("&#xD;"u8);
                break;
            default:
                WriteCharacter(sink, value);
                break;
        }
    }

    private static void WriteCharacter(CanonicalSink sink, uint value)
    {
        Span<byte> encoded = stackalloc byte[4];
        sink.Write(encoded[..XmlReferences.Encode(value, encoded)]);
    }
}
