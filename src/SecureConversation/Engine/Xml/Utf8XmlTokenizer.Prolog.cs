using System.Text;

namespace SecureConversation.Engine.Xml;

/// <content>Byte order mark and XML declaration.</content>
internal ref partial struct Utf8XmlTokenizer
{
    /// <summary>
    /// Skips the prolog of a whole document. Versions other than 1.0 and encodings other than UTF-8 are refused
    /// (XML 1.0, production 23; an encoding that the bytes contradict is an error by section 4.3.3).
    /// </summary>
    public void ReadProlog()
    {
        if (document.StartsWith("\uFEFF"u8))
        {
            position = 3;
        }
        ReadOnlySpan<byte> rest = document[position..end];
        if (!rest.StartsWith("<?xml"u8) || rest.Length < 6 || !XmlChars.IsWhite(rest[5]))
        {
            return;
        }
        int at = position + 5;
        bool version = ReadPseudoAttribute(ref at, "version"u8, out ReadOnlySpan<byte> value);
        if (!version || !value.SequenceEqual("1.0"u8))
        {
            Malformed("XML version");
        }
        if (ReadPseudoAttribute(ref at, "encoding"u8, out value) && !Ascii.EqualsIgnoreCase(value, "utf-8"u8))
        {
            Malformed("encoding");
        }
        if (ReadPseudoAttribute(ref at, "standalone"u8, out value)
            && !value.SequenceEqual("yes"u8) && !value.SequenceEqual("no"u8))
        {
            Malformed("standalone");
        }
        at = SkipWhite(at);
        if (!document[at..end].StartsWith("?>"u8))
        {
            Malformed("XML declaration");
        }
        position = at + 2;
    }

    private readonly bool ReadPseudoAttribute(ref int at, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        int p = SkipWhite(at);
        if (p == at || !document[p..end].StartsWith(name))
        {
            return false;
        }
        p = SkipWhite(p + name.Length);
        if (p >= end || document[p] != '=')
        {
            Malformed("XML declaration");
        }
        p = SkipWhite(p + 1);
        if (p >= end || document[p] is not ((byte)'"' or (byte)'\''))
        {
            Malformed("XML declaration");
        }
        int length = document[(p + 1)..end].IndexOf(document[p]);
        if (length < 0)
        {
            Malformed("XML declaration");
        }
        value = document.Slice(p + 1, length);
        at = p + length + 2;
        return true;
    }
}
