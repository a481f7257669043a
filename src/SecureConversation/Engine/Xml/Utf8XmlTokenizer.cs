using System.Buffers;
using System.Runtime.CompilerServices;
using SecureConversation.Engine.Failures;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

internal enum XmlTokenKind : byte
{
    None,
    StartTag,
    EndTag,
    Text,
    CData,
    Comment,

    /// <summary>
    /// An element as one token: a start tag of a name alone, literal text that is canonical, and the end tag. See
    /// <see cref="Utf8XmlTokenizer.JoinsFrom"/>.
    /// </summary>
    Leaf,
}

/// <summary>
/// Pull tokenizer for XML 1.0 (fifth edition) in UTF-8. Refuses document types and processing instructions, which SOAP 1.2 part 1 section 5
/// forbids. Checks well-formedness except for namespaces, which <see cref="NamespaceScope"/> checks.
/// </summary>
/// <remarks>The bytes must be accepted by <see cref="XmlChars.Validate"/> before. An empty-element tag has no end tag token.</remarks>
internal ref partial struct Utf8XmlTokenizer : IDisposable
{
    private static readonly SearchValues<byte> TextStops = SearchValues.Create("<&>]\r"u8);

    private readonly ReadOnlySpan<byte> _document;
    private readonly XmlLimits _limits;
    private int _end;
    private int _floor;
    private AttributeRecord[] _attributes;
    private OpenTag[] _open;
    private int _position;
    private bool _rootSeen;

    /// <summary>Creates a tokenizer for a document, or for the element from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public Utf8XmlTokenizer(ReadOnlySpan<byte> document, XmlLimits limits, int start, int end)
    {
        _document = document;
        _limits = limits;
        _end = end;
        _position = start;
        TextLimit = end;
        JoinsFrom = int.MaxValue;
        _attributes = Buffers.Rent<AttributeRecord>(32);
        _open = Buffers.Rent<OpenTag>(32);
    }

    public XmlTokenKind Kind { get; private set; }

    /// <summary>Start of the token in the document, including its markup; <see cref="End"/> is the position after it.</summary>
    public int Start { get; private set; }

    public readonly int End => _position;

    /// <summary>
    /// Start of the characters of a text, CDATA section or comment, without markup; <see cref="ContentEnd"/> is their end.
    /// </summary>
    public int ContentStart { get; private set; }

    public int ContentEnd { get; private set; }

    /// <summary>Whether the text has references.</summary>
    public bool HasReferences { get; private set; }

    /// <summary>Whether the text has carriage returns, which line end normalisation changes.</summary>
    public bool HasCarriageReturns { get; private set; }

    /// <summary>Whether the text has a literal greater-than sign, which canonical form escapes.</summary>
    public bool HasGreaterThan { get; private set; }

    /// <summary>Number of open elements, including that of a start tag but not that of an empty-element tag.</summary>
    public int Depth { get; private set; }

    /// <summary>The last possible end of a text token. The caller sets it to split text at a position.</summary>
    public int TextLimit { get; set; }

    /// <summary>
    /// From which depth on elements may come as <see cref="XmlTokenKind.Leaf"/>: most of a body of records are such. From none by default.
    /// </summary>
    public int JoinsFrom { get; set; }

    public int PrefixLength { get; private set; }

    public int LocalLength { get; private set; }

    /// <summary>Position after the qualified name of the start tag.</summary>
    public readonly int NameEnd => Start + 1 + LocalLength + (PrefixLength == 0 ? 0 : PrefixLength + 1);

    public bool IsEmptyElement { get; private set; }

    /// <summary>Index of the first attribute of the start tag in <see cref="Records"/>; the caller moves it to keep earlier ones.</summary>
    public int AttributeBase { get; set; }

    public int AttributeCount { get; private set; }

    /// <summary>Whether at least one attribute of the start tag has a prefix or is a namespace declaration.</summary>
    public bool HasQualifiedAttributes { get; private set; }

    public readonly Span<AttributeRecord> Records => _attributes;

    /// <summary>The array of them, which grows and is another one then.</summary>
    public readonly AttributeRecord[] RecordArray => _attributes;

    public readonly Span<AttributeRecord> Attributes => _attributes.AsSpan(AttributeBase, AttributeCount);

    /// <summary>Reads the next token; false at the end of the document.</summary>
    public bool Read()
    {
        var at = _position;
        Start = at;
        if (at >= _end)
        {
            return Finish();
        }

        if (_document[at] != '<')
        {
            ReadText(at);
            return true;
        }

        var next = at + 1 < _end ? _document[at + 1] : (byte)0;
        switch (next)
        {
            case (byte)'/':
                ReadEndTag(at);
                break;
            case (byte)'!':
                ReadDeclaration(at);
                break;
            case (byte)'?':
                Fail.With(FailureCode.ForbiddenConstruct, "processing instruction");
                break;
            default:
                ReadStartTag(at);
                break;
        }

        return true;
    }

    /// <summary>Goes on at a position in the innermost open element, before which all was read at another time.</summary>
    public void Skip(int position) => _position = position;

    /// <summary>
    /// Takes a start tag over that was read in another document, in which it stands so many octets further to the front. The caller goes on
    /// with what follows it there, and calls <see cref="Leave"/> at its end tag.
    /// </summary>
    public void Enter(in XmlNode node, ReadOnlySpan<AttributeRecord> records, int moved)
    {
        _rootSeen = true;
        Kind = XmlTokenKind.StartTag;
        Start = node.Start + moved;
        _position = node.ContentStart + moved;
        PrefixLength = node.PrefixLength;
        LocalLength = node.LocalLength;
        IsEmptyElement = (node.Flags & XmlNodeFlags.EmptyElementTag) != 0;
        AttributeCount = records.Length;
        HasQualifiedAttributes = false;
        if (_attributes.Length < AttributeBase + records.Length)
        {
            Pooled.Grow(ref _attributes, AttributeBase, AttributeBase + records.Length);
        }

        for (var i = 0; i < records.Length; i++)
        {
            ref var record = ref _attributes[AttributeBase + i];
            record = records[i];
            record.NameStart += moved;
            record.ValueStart += moved;
            record.ValueEnd += moved;
            record.Binding = AttributeRecord.NoNamespace;
            HasQualifiedAttributes |= record.IsDeclaration || record.PrefixLength != 0;
        }

        Push(Start + 1, NameEnd - Start - 1);
    }

    /// <summary>Takes the end tag over.</summary>
    public void Leave(in XmlNode node, int moved)
    {
        Kind = XmlTokenKind.EndTag;
        Start = node.ContentEnd + moved;
        _position = node.End + moved;
        Depth--;
    }

    /// <summary>Reads a part of the content of the innermost open element, and nothing beyond: it must be closed in itself.</summary>
    public void Within(int start, int end)
    {
        _position = start;
        _end = end;
        _floor = Depth;
    }

    /// <summary>Whether the text, CDATA section or comment has only literal white space.</summary>
    public readonly bool IsWhiteSpace() =>
        !HasReferences
        && (ContentStart == ContentEnd
            || (_document[ContentStart] <= ' ' && XmlChars.IsWhite(_document[ContentStart..ContentEnd])));

    /// <summary>Transfers the attribute records to the caller. Afterwards the tokenizer may only be disposed.</summary>
    public AttributeRecord[] DetachRecords()
    {
        var records = _attributes;
        _attributes = [];
        return records;
    }

    public void Dispose()
    {
        var records = _attributes;
        var tags = _open;
        _attributes = [];
        _open = [];
        if (records.Length != 0)
        {
            Buffers.Return(records);
        }

        if (tags.Length != 0)
        {
            Buffers.Return(tags);
        }
    }

    private bool Finish()
    {
        Kind = XmlTokenKind.None;
        if (Depth != _floor || !_rootSeen)
        {
            Malformed("document ends early");
        }

        return false;
    }

    private void ReadText(int at)
    {
        var text = _document;
        var limit = Math.Min(_end, TextLimit);
        var references = false;
        var carriageReturns = false;
        var greaterThan = false;
        var p = at;
        while (true)
        {
            var run = text[p..limit].IndexOfAny(TextStops);
            if (run < 0)
            {
                p = limit;
                break;
            }

            p += run;
            var stop = text[p];
            if (stop == '<')
            {
                break;
            }

            if (stop == '&')
            {
                XmlReferences.Read(text[p..limit], out var length);
                references = true;
                p += length;
                continue;
            }

            // XML 1.0 production 14. The check reads beyond the limit, because the text may continue there.
            if (stop == ']' && text[p.._end].StartsWith("]]>"u8))
            {
                Malformed("]]> in text");
            }

            carriageReturns |= stop == '\r';
            greaterThan |= stop == '>';
            p++;
        }

        Kind = XmlTokenKind.Text;
        ContentStart = at;
        ContentEnd = p;
        HasReferences = references;
        HasCarriageReturns = carriageReturns;
        HasGreaterThan = greaterThan;
        _position = p;
        if (Depth == 0 && !IsWhiteSpace())
        {
            Malformed("text outside the root");
        }
    }

    private void ReadDeclaration(int at)
    {
        var rest = _document[at.._end];
        if (rest.StartsWith("<!--"u8))
        {
            var dashes = rest[4..].IndexOf("--"u8);
            if (dashes < 0 || dashes + 6 >= rest.Length || rest[dashes + 6] != '>')
            {
                Malformed("comment");
            }

            SetSection(XmlTokenKind.Comment, at + 4, at + 4 + dashes);
        }
        else if (rest.StartsWith("<![CDATA["u8) && Depth > 0)
        {
            var close = rest[9..].IndexOf("]]>"u8);
            if (close < 0)
            {
                Malformed("CDATA section");
            }

            SetSection(XmlTokenKind.CData, at + 9, at + 9 + close);
        }
        else if (rest.StartsWith("<!DOCTYPE"u8))
        {
            Fail.With(FailureCode.ForbiddenConstruct, "document type declaration");
        }
        else
        {
            Malformed("markup declaration");
        }
    }

    private void SetSection(XmlTokenKind kind, int start, int stop)
    {
        Kind = kind;
        ContentStart = start;
        ContentEnd = stop;
        HasReferences = false;
        HasCarriageReturns = _document[start..stop].Contains((byte)'\r');
        _position = stop + 3;
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Malformed(string detail) => Fail.With(FailureCode.NotWellFormed, detail);

    /// <summary>Position of the name of an open element, with which its end tag is compared.</summary>
    private struct OpenTag
    {
        public int NameStart;
        public int NameLength;
    }
}
