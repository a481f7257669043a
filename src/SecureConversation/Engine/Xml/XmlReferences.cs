using System.Diagnostics;
using System.Text;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>Decodes character references and the five predefined entities (XML 1.0, sections 4.1 and 4.6).</summary>
internal static class XmlReferences
{
    /// <summary>Reads the reference at the start of <paramref name="text"/>.</summary>
    public static uint Read(ReadOnlySpan<byte> text, out int length)
    {
        if (text.Length > 3 && text[1] == '#')
        {
            return ReadNumber(text, out length);
        }

        (var value, length) = text switch
        {
            [_, (byte)'a', (byte)'m', (byte)'p', (byte)';', ..] => ('&', 5),
            [_, (byte)'l', (byte)'t', (byte)';', ..] => ('<', 4),
            [_, (byte)'g', (byte)'t', (byte)';', ..] => ('>', 4),
            [_, (byte)'q', (byte)'u', (byte)'o', (byte)'t', (byte)';', ..] => ('"', 6),
            [_, (byte)'a', (byte)'p', (byte)'o', (byte)'s', (byte)';', ..] => ('\'', 6),
            _ => Fail.With<(uint, int)>(FailureCode.NotWellFormed, "unknown reference"),
        };
        return value;
    }

    private static uint ReadNumber(ReadOnlySpan<byte> text, out int length)
    {
        var hex = text[2] == 'x';
        var first = hex ? 3 : 2;
        uint value = 0;
        var at = first;
        for (; at < text.Length && text[at] != ';'; at++)
        {
            var digit = HexDigit(text[at]);
            if (digit < 0 || (!hex && digit > 9))
            {
                Fail.With(FailureCode.NotWellFormed, "malformed character reference");
            }

            // Any number of leading zeros is legal, so the value is limited and not the number of digits.
            value = (value * (hex ? 16u : 10u)) + (uint)digit;
            if (value > 0x10FFFF)
            {
                Fail.With(FailureCode.NotWellFormed, "character reference out of range");
            }
        }

        if (at == first || at == text.Length || !XmlChars.IsChar(value))
        {
            Fail.With(FailureCode.NotWellFormed, "malformed character reference");
        }

        length = at + 1;
        return value;
    }

    private static int HexDigit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };

    public static int Encode(uint value, Span<byte> destination) => new Rune(value).EncodeToUtf8(destination);

    /// <summary>
    /// Normalises an attribute value (XML 1.0, section 3.3.3; without a DTD every attribute is CDATA). The result is never longer.
    /// </summary>
    public static int DecodeAttribute(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var run = raw.IndexOfAny("&\t\n\r"u8);
            if (run < 0)
            {
                raw.CopyTo(destination[written..]);
                return written + raw.Length;
            }

            raw[..run].CopyTo(destination[written..]);
            written += run;
            var length = 1;
            if (raw[run] == '&')
            {
                written += Encode(Read(raw[run..], out length), destination[written..]);
            }
            else
            {
                destination[written++] = (byte)' ';
                length = LineBreakLength(raw[run..]);
            }

            raw = raw[(run + length)..];
        }
    }

    /// <summary>Decodes character data and normalises line ends (XML 1.0, section 2.11). The result is never longer.</summary>
    public static int DecodeText(ReadOnlySpan<byte> raw, Span<byte> destination, bool references)
    {
        var written = 0;
        while (true)
        {
            var run = references ? raw.IndexOfAny((byte)'&', (byte)'\r') : raw.IndexOf((byte)'\r');
            if (run < 0)
            {
                raw.CopyTo(destination[written..]);
                return written + raw.Length;
            }

            raw[..run].CopyTo(destination[written..]);
            written += run;
            int length;
            if (raw[run] == '&')
            {
                written += Encode(Read(raw[run..], out length), destination[written..]);
            }
            else
            {
                destination[written++] = (byte)'\n';
                length = LineBreakLength(raw[run..]);
            }

            raw = raw[(run + length)..];
        }
    }

    /// <summary>Length of the line break at the start of the span: two for CR LF, otherwise one.</summary>
    public static int LineBreakLength(ReadOnlySpan<byte> at)
    {
        Debug.Assert(XmlChars.IsWhite(at[0]), "called at a white space character only");
        return at.Length > 1 && at[0] == '\r' && at[1] == '\n' ? 2 : 1;
    }
}
