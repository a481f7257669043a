using System.Xml;

namespace SecureConversation.Cli.Captures;

/// <summary>
/// A text with a reader over it that knows where its elements are, so that an envelope can be cut out as it stands: to write it again
/// could change what was signed.
/// </summary>
internal sealed class TraceText : IDisposable
{
    private static readonly XmlReaderSettings Settings = new()
    {
        ConformanceLevel = ConformanceLevel.Fragment,
        DtdProcessing = DtdProcessing.Prohibit,
        CheckCharacters = false,
    };

    private readonly string _text;
    private int _line = 1;
    private int _lineStart;

    public TraceText(string text)
    {
        _text = text;
        Reader = XmlReader.Create(new StringReader(text), Settings);
    }

    public XmlReader Reader { get; }

    /// <summary>Where the name of the node of the reader begins.</summary>
    public int Position
    {
        get
        {
            var info = (IXmlLineInfo)Reader;
            return Offset(info.LineNumber, info.LinePosition);
        }
    }

    /// <summary>Where a line and a column are. They are asked for in the order of the text.</summary>
    public int Offset(int line, int column)
    {
        while (_line < line && _lineStart < _text.Length)
        {
            var end = _text.AsSpan(_lineStart).IndexOfAny('\r', '\n');
            _line++;
            _lineStart = end < 0 ? _text.Length
                : _lineStart + end + (_text.AsSpan(_lineStart + end).StartsWith("\r\n") ? 2 : 1);
        }

        return Math.Min(_text.Length, _lineStart + Math.Max(0, column - 1));
    }

    /// <summary>The element of the reader as it is written; the reader is then at its end.</summary>
    public string CutElement()
    {
        var start = Position - 1;
        if (Reader.IsEmptyElement)
        {
            return _text[start..(EndOfTag(start) + 1)];
        }

        var depth = Reader.Depth;
        while (Reader.Read() && Reader.Depth > depth)
        {
        }

        var end = _text.IndexOf('>', Position);
        return _text[start..(end + 1)];
    }

    // A value of an attribute may have the sign that ends a tag.
    private int EndOfTag(int start)
    {
        char? quote = null;
        for (var at = start; at < _text.Length; at++)
        {
            var c = _text[at];
            if (quote is null && c == '>')
            {
                return at;
            }

            quote = quote == c ? null : quote ?? (c is '"' or '\'' ? c : null);
        }

        return _text.Length - 1;
    }

    public void Dispose() => Reader.Dispose();
}
