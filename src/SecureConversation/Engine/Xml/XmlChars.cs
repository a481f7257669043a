using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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

    /// <summary>
    /// Measures a name of a prefix and a local part, or of a local part, in ASCII and shorter than a vector; returns the position after it.
    /// Returns 0 for any other: whether that is a name is to be found out octet by octet.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TryMeasureName(ReadOnlySpan<byte> text, int at, out int prefixLength, out int localLength)
    {
        prefixLength = localLength = 0;
        if (text.Length - at < Vector128<byte>.Count)
        {
            return 0;
        }

        var octets = Vector128.Create(text.Slice(at, Vector128<byte>.Count));
        var isName = Vector128.LessThan((octets | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a'), Vector128.Create((byte)26))
            | Vector128.LessThan(octets - Vector128.Create((byte)'0'), Vector128.Create((byte)10))
            | Vector128.LessThan(octets - Vector128.Create((byte)'-'), Vector128.Create((byte)2))
            | Vector128.Equals(octets, Vector128.Create((byte)'_'));
        var others = ~isName.ExtractMostSignificantBits() & 0xFFFF;
        var start = at;
        localLength = BitOperations.TrailingZeroCount(others);
        if (others != 0 && text[at + localLength] == ':')
        {
            prefixLength = localLength;
            start += prefixLength + 1;
            others &= others - 1;
            localLength = BitOperations.TrailingZeroCount(others) - prefixLength - 1;
        }

        if (others == 0)
        {
            return 0;
        }

        // Such a name begins with a letter, and it ends at an octet that no name has.
        var end = start + localLength;
        var table = Table;
        var isWhole = (table[text[at]] & table[text[start]] & NameStart) != 0 && text[end] < 0x80 && text[end] != ':';
        return isWhole ? end : 0;
    }

    /// <summary>
    /// Looks in the next octets for the first one that ends a text or is not plain: most texts of records are shorter than a vector. False
    /// if there is none.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFindStop(ReadOnlySpan<byte> text, int at, out int run)
    {
        run = 0;
        if (text.Length - at < Vector128<byte>.Count)
        {
            return false;
        }

        var octets = Vector128.Create(text.Slice(at, Vector128<byte>.Count));
        var isStop = Vector128.Equals(octets, Vector128.Create((byte)'<'))
            | Vector128.Equals(octets, Vector128.Create((byte)'&'))
            | Vector128.Equals(octets, Vector128.Create((byte)'>'))
            | Vector128.Equals(octets, Vector128.Create((byte)']'))
            | Vector128.Equals(octets, Vector128.Create((byte)'\r'));
        var stops = isStop.ExtractMostSignificantBits();
        run = BitOperations.TrailingZeroCount(stops);
        return stops != 0;
    }

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
