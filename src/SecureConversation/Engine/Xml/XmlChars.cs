using System.Buffers;
using System.Text;
using System.Text.Unicode;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>Character classes of XML 1.0 (fifth edition) over UTF-8.</summary>
internal static class XmlChars
{
    public const byte NameStart = 1;
    public const byte Name = 2;
    public const byte White = 4;

    // Bytes that no document may contain, and 0xEF, the first byte of the forbidden U+FFFE and U+FFFF and of some valid characters.
    private static readonly SearchValues<byte> Suspicious = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 0xEF]);

    private static readonly byte[] Classes = BuildClasses();

    /// <summary>Class bits of each byte. They are zero for bytes outside ASCII, for which <see cref="IsName"/> decides.</summary>
    public static ReadOnlySpan<byte> Table => Classes;

    public static bool IsWhite(byte value) => value is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r';

    public static bool IsWhite(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \n\t\r"u8) < 0;

    /// <summary>Checks all characters of a document (XML 1.0 production 2), so that later scans need not check them again.</summary>
    public static void Validate(ReadOnlySpan<byte> document)
    {
        if (!Utf8.IsValid(document))
        {
            Fail.With(FailureCode.NotWellFormed, "not UTF-8");
        }

        for (int at; (at = document.IndexOfAny(Suspicious)) >= 0; document = document[(at + 3)..])
        {
            if (document[at] != 0xEF || (document[at + 1] == 0xBF && document[at + 2] >= 0xBE))
            {
                Fail.With(FailureCode.NotWellFormed, "forbidden character");
            }
        }
    }

    /// <summary>Whether a character reference may name this code point (XML 1.0 production 2).</summary>
    public static bool IsChar(uint value) =>
        value >= 0x20
            ? value < 0xD800 || (value is >= 0xE000 and <= 0xFFFD) || (value is >= 0x10000 and <= 0x10FFFF)
            : value is 0x9 or 0xA or 0xD;

    /// <summary>Whether a character outside ASCII may be in a name (XML 1.0 productions 4 and 4a, without the colon).</summary>
    public static bool IsName(ReadOnlySpan<byte> at, bool first, out int length)
    {
        Rune.DecodeFromUtf8(at, out var rune, out length);
        var c = rune.Value;
        var start = c switch
        {
            < 0xC0 or 0xD7 or 0xF7 => false,
            <= 0x2FF => true,
            < 0x370 or 0x37E => false,
            <= 0x1FFF => true,
            0x200C or 0x200D => true,
            >= 0x2070 and <= 0x218F => true,
            >= 0x2C00 and <= 0x2FEF => true,
            >= 0x3001 and <= 0xD7FF => true,
            >= 0xF900 and <= 0xFDCF => true,
            >= 0xFDF0 and <= 0xFFFD => true,
            >= 0x10000 and <= 0xEFFFF => true,
            _ => false,
        };
        return start || (!first && c is 0xB7 or (>= 0x300 and <= 0x36F) or 0x203F or 0x2040);
    }

    private static byte[] BuildClasses()
    {
        var classes = new byte[256];
        for (var c = 0; c < 128; c++)
        {
            var start = char.IsAsciiLetter((char)c) || c == '_';
            var name = start || char.IsAsciiDigit((char)c) || c is '-' or '.';
            classes[c] = (byte)((start ? NameStart : 0) | (name ? Name : 0) | (IsWhite((byte)c) ? White : 0));
        }

        return classes;
    }
}
