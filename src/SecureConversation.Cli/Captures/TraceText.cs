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
    private readonly List<int> _lines = [0];

    public TraceText(string text)
    {
        _text = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                _lines.Add(i + 1);
            }
        }

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

    public int Offset(int line, int column) => line < 1 || line > _lines.Count
        ? _text.Length
        : Math.Min(_text.Length, _lines[line - 1] + Math.Max(0, column - 1));

    /// <summary>The element of the reader as it is written; the reader is then at its end.</summary>
    public string CutElement()
    {
        var start = Position - 1;
        if (!Reader.IsEmptyElement)
        {
            var depth = Reader.Depth;
            while (Reader.Read() && Reader.Depth > depth)
            {
            }
        }

        var end = _text.IndexOf('>', Position);
        return _text[start..(end + 1)];
    }

    public void Dispose() => Reader.Dispose();
}
