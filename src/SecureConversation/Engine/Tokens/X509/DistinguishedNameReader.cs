using System.Buffers;
using System.Text;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// Reads distinguished names in text form, as .NET and Windows, Java (RFC 2253, RFC 1779, canonical) and OpenSSL (RFC 2253, one line)
/// write them. The forms differ in quotes and escapes, and are read as one:
/// <code>
/// name      attribute *( ( "," / ";" / "+" / newline ) attribute )      or   1*( "/" attribute )
/// attribute type "=" value       type: keyword, object identifier, "OID." object identifier
/// value     "#" hexadecimal DER / quoted / plain
/// quoted    in quotation marks; a quotation mark in it is doubled (Windows) or escaped
/// escapes   "\" and a special character, or "\" and two hexadecimal digits of UTF-8
/// </code>
/// A separator that no type and "=" follow belongs to the value: some platforms lose the quotation marks around it.
/// </summary>
internal static class DistinguishedNameReader
{
    private const int MaxAttributes = 64;

    private static readonly SearchValues<char> TypeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_ ");

    /// <summary>The attributes in the order of the text; null when it cannot be read.</summary>
    public static List<NameAttribute>? Read(string text)
    {
        var isOneLine = text.StartsWith('/');
        var attributes = new List<NameAttribute>();
        var rest = text.AsSpan(isOneLine ? 1 : 0).Trim();
        while (!rest.IsEmpty)
        {
            var equals = rest.IndexOf('=');
            if (equals <= 0 || rest[..equals].ContainsAnyExcept(TypeCharacters) || attributes.Count == MaxAttributes
                || ReadValue(rest[(equals + 1)..], isOneLine, out var read) is not { } value)
            {
                return null;
            }

            attributes.Add(new NameAttribute(AttributeTypes.Find(rest[..equals].Trim().ToString()), value));
            rest = rest[Math.Min(rest.Length, equals + 1 + read)..].TrimStart();
        }

        return attributes.Count == 0 ? null : attributes;
    }

    /// <summary>Reads a value and the separator after it; null when it is ill-formed.</summary>
    private static string? ReadValue(ReadOnlySpan<char> text, bool isOneLine, out int read)
    {
        var value = new StringBuilder();
        var isQuoted = false;
        for (read = 0; read < text.Length; read++)
        {
            var c = text[read];
            if (c == '\\')
            {
                if (!TryReadEscape(text[read..], value, out var length))
                {
                    return null;
                }

                read += length - 1;
            }
            else if (c == '"')
            {
                // A doubled one is read as an end and a beginning, and quotation marks do not count.
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && IsSeparator(text[read..], isOneLine))
            {
                read++;
                return Finish(value);
            }
            else
            {
                value.Append(c);
            }
        }

        return isQuoted ? null : Finish(value);
    }

    private static string? Finish(StringBuilder value)
    {
        var text = value.ToString().Trim();
        if (!text.StartsWith('#'))
        {
            return DistinguishedName.Fold(text);
        }

        var octets = new byte[text.Length / 2];
        return Convert.FromHexString(text.AsSpan(1), octets, out _, out var written) == OperationStatus.Done
            ? DistinguishedName.FoldEncoded(octets.AsMemory(0, written))
            : DistinguishedName.Fold(text);
    }

    /// <summary>Appends what an escape stands for: a character, or all octets of UTF-8 that follow one another in hexadecimal.</summary>
    private static bool TryReadEscape(ReadOnlySpan<char> text, StringBuilder value, out int length)
    {
        length = 2;
        if (text.Length < 2)
        {
            return false;
        }

        Span<byte> octets = stackalloc byte[256];
        var count = 0;
        for (; count < octets.Length && text.Length >= (3 * count) + 3 && text[3 * count] == '\\'
            && char.IsAsciiHexDigit(text[(3 * count) + 1]) && char.IsAsciiHexDigit(text[(3 * count) + 2]); count++)
        {
            Convert.FromHexString(text.Slice((3 * count) + 1, 2), octets[count..], out _, out _);
        }

        if (count == 0)
        {
            value.Append(text[1]);
            return true;
        }

        length = 3 * count;
        value.Append(Encoding.UTF8.GetString(octets[..count]));
        return true;
    }

    /// <summary>Whether an attribute ends here: the text does, or a type and "=" follow.</summary>
    private static bool IsSeparator(ReadOnlySpan<char> text, bool isOneLine)
    {
        if (isOneLine ? text[0] is not '/' : text[0] is not (',' or ';' or '+' or '\n' or '\r'))
        {
            return false;
        }

        var rest = text[1..].TrimStart();
        var equals = rest.IndexOf('=');
        return rest.IsEmpty || (equals > 0 && !rest[..equals].TrimEnd().ContainsAnyExcept(TypeCharacters)
            && AttributeTypes.IsType(rest[..equals].Trim()));
    }
}
