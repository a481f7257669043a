using System.Text;

namespace SecureConversation.Engine.Xml;

/// <content>Byte order mark and XML declaration.</content>
internal ref partial struct Utf8XmlTokenizer
{
    /// <summary>
    /// Skips the byte order mark and the XML declaration (XML 1.0, production 23). Versions other than 1.0 are refused. So are encodings
    /// other than UTF-8: an encoding that contradicts the bytes is an error by section 4.3.3.
    /// </summary>
    public void ReadProlog()
    {
        if (_document.StartsWith("\uFEFF"u8))
        {
            _position = 3;
        }

        var rest = _document[_position.._end];
        if (!rest.StartsWith("<?xml"u8) || rest.Length < 6 || !XmlChars.IsWhite(rest[5]))
        {
            return;
        }

        var at = _position + 5;
        var version = ReadPseudoAttribute(ref at, "version"u8, out var value);
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
        if (!_document[at.._end].StartsWith("?>"u8))
        {
            Malformed("XML declaration");
        }

        _position = at + 2;
    }

    private readonly bool ReadPseudoAttribute(ref int at, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        var p = SkipWhite(at);
        if (p == at || !_document[p.._end].StartsWith(name))
        {
            return false;
        }

        p = SkipWhite(p + name.Length);
        if (p >= _end || _document[p] != '=')
        {
            Malformed("XML declaration");
        }

        p = SkipWhite(p + 1);
        if (p >= _end || _document[p] is not ((byte)'"' or (byte)'\''))
        {
            Malformed("XML declaration");
        }

        var length = _document[(p + 1).._end].IndexOf(_document[p]);
        if (length < 0)
        {
            Malformed("XML declaration");
        }

        value = _document.Slice(p + 1, length);
        at = p + length + 2;
        return true;
    }
}
