using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>Canonicalizes one element in one pass. Runs of bytes that are canonical already are copied at once.</summary>
internal ref partial struct CanonicalizerRun : IDisposable
{
    private readonly XmlElement _apex;
    private readonly int _omittedStart;
    private readonly int _omittedEnd;
    private readonly ReadOnlySpan<byte> _document;
    private readonly CanonicalSink _sink;
    private readonly PrefixSurvey? _survey;
    private readonly bool _surveysContent;
    private readonly bool _withComments;
    private readonly bool _keepsCarriageReturns;
    private CanonicalContent? _content;
    private Utf8XmlTokenizer _tokens;
    private CanonicalNamespaces _namespaces;
    private CanonicalNamespaces.Mark[] _marks;
    private int[] _order;
    private int _runStart;
    private int _runEnd;
    private int _pieceEnd;
    private bool _formsDiffer;

    public CanonicalizerRun(
        XmlElement apex,
        ReadOnlySpan<byte> inclusivePrefixes,
        CanonicalForm form,
        CanonicalSink sink,
        bool withComments,
        PrefixSurvey? survey = null,
        XmlElement omitted = default)
    {
        _apex = apex;
        (_omittedStart, _omittedEnd) = omitted.IsNull ? (-1, -1) : (omitted.Start, omitted.End);
        _survey = survey;
        _surveysContent = survey is { ReadsContent: true };
        _sink = sink;
        _withComments = withComments;
        _keepsCarriageReturns = form == CanonicalForm.Wcf;
        _document = apex.Index.Bytes;
        _tokens = new Utf8XmlTokenizer(_document, XmlCharacterData.Unlimited, apex.Start, apex.End);
        if (survey is null && omitted.IsNull)
        {
            _content = apex.Content;
            _tokens.JoinsFrom = 1;
        }

        _namespaces = new CanonicalNamespaces(apex.Index, inclusivePrefixes, form, survey);
        _marks = Buffers.Rent<CanonicalNamespaces.Mark>(32);
        _order = Buffers.Rent<int>(32);
    }

    /// <summary>Bytes of namespace URIs that were compared for sorting: a measure of the work, for tests.</summary>
    public readonly long ComparedUriBytes => _namespaces.Compared;

    /// <summary>Writes the element; returns whether the other form differs.</summary>
    public bool Execute()
    {
        DeclareAncestors();
        while (_tokens.Read())
        {
            // Text before and after it is not part of it, and stays in other tokens.
            if (_tokens.Start < _omittedEnd && _tokens.Start >= _omittedStart)
            {
                continue;
            }

            if (_surveysContent && _tokens.Kind is XmlTokenKind.Text or XmlTokenKind.CData or XmlTokenKind.Comment)
            {
                SurveyText();
            }

            switch (_tokens.Kind)
            {
                case XmlTokenKind.StartTag:
                    StartTag();
                    if (_content is not null)
                    {
                        CopyContent();
                    }

                    break;
                case XmlTokenKind.Leaf:
                    Leaf();
                    break;
                case XmlTokenKind.EndTag:
                    _namespaces.Return(_marks[_tokens.Depth]);
                    EndTag();
                    break;
                case XmlTokenKind.Text when !(_tokens.HasReferences | _tokens.HasCarriageReturns | _tokens.HasGreaterThan):
                    Extend();
                    break;
                case XmlTokenKind.Text:
                    Flush();
                    CanonicalEscapes.WriteText(_sink, _document[_tokens.ContentStart.._tokens.ContentEnd]);
                    break;
                case XmlTokenKind.CData:
                    Flush();
                    _formsDiffer |= _tokens.HasCarriageReturns;
                    CanonicalEscapes.WriteCData(_sink, _document[_tokens.ContentStart.._tokens.ContentEnd], _keepsCarriageReturns);
                    break;
                case XmlTokenKind.Comment when _withComments:
                    Flush();
                    _formsDiffer |= _tokens.HasCarriageReturns;
                    CanonicalEscapes.WriteComment(_sink, _document[_tokens.ContentStart.._tokens.ContentEnd], _keepsCarriageReturns);
                    break;
                default:
                    break;
            }
        }

        Flush();
        return _formsDiffer | _namespaces.FormsDiffer;
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _namespaces.Dispose();
        Buffers.Return(_marks);
        Buffers.Return(_order);
        _marks = [];
        _order = [];
    }

    private void DeclareAncestors()
    {
        var records = _apex.Index.Records;
        for (var ancestor = _apex.Parent; !ancestor.IsNull; ancestor = ancestor.Parent)
        {
            ref readonly var node = ref ancestor.Node;
            for (var i = node.AttributeBase; i < node.AttributeBase + node.AttributeCount; i++)
            {
                if (records[i].IsDeclaration)
                {
                    _namespaces.DeclareOutside(records[i]);
                }
            }
        }
    }

    private void StartTag()
    {
        var mark = _namespaces.Position;
        var attributes = _tokens.Attributes;
        var attributeCount = 0;
        if (!attributes.IsEmpty)
        {
            attributeCount = Prepare(attributes);
        }

        if (_surveysContent)
        {
            SurveyTag(attributes);
        }

        if (_tokens.Start == _apex.Start)
        {
            _namespaces.UseListed();
        }

        _namespaces.Use(_tokens.Start + 1, _tokens.PrefixLength);
        var nameEnd = _tokens.NameEnd;
        if (!_tokens.IsEmptyElement && IsCanonical(attributes, attributeCount, nameEnd))
        {
            Extend();
        }
        else
        {
            Flush();
            Write(attributes, attributeCount, nameEnd);
        }

        _namespaces.Leave();
        if (_tokens.IsEmptyElement)
        {
            _namespaces.Return(mark);
            return;
        }

        var depth = _tokens.Depth - 1;
        if (depth == _marks.Length)
        {
            Pooled.Grow(ref _marks, depth);
        }

        _marks[depth] = mark;
    }

    /// <summary>
    /// Declares namespaces, marks prefixes as used and sorts the attributes. Returns their number, without namespace declarations.
    /// </summary>
    private int Prepare(Span<AttributeRecord> attributes)
    {
        if (_order.Length < attributes.Length)
        {
            Pooled.Grow(ref _order, 0, attributes.Length);
        }

        var attributeCount = 0;
        for (var i = 0; i < attributes.Length; i++)
        {
            if (attributes[i].IsDeclaration)
            {
                _namespaces.Declare(attributes[i]);
            }
            else
            {
                _order[attributeCount++] = i;
            }
        }

        var first = AttributeRecord.NoNamespace;
        var isMixed = false;
        foreach (var i in _order.AsSpan(0, attributeCount))
        {
            ref var attribute = ref attributes[i];
            attribute.Binding = attribute.PrefixLength == 0
                ? AttributeRecord.NoNamespace
                : _namespaces.Use(attribute.NameStart, attribute.PrefixLength);
            if (attribute.Binding >= 0)
            {
                isMixed |= first >= 0 && first != attribute.Binding;
                first = attribute.Binding;
            }
        }

        if (attributeCount > 1)
        {
            if (isMixed)
            {
                _namespaces.RankUris();
            }

            Sort(attributes, _order.AsSpan(0, attributeCount));
        }

        return attributeCount;
    }

    /// <summary>
    /// Sorts by namespace URI, then by local name (Canonical XML 1.0 section 2.2). Binary insertion needs few comparisons even for many
    /// attributes.
    /// </summary>
    private readonly void Sort(ReadOnlySpan<AttributeRecord> attributes, Span<int> items)
    {
        for (var i = 1; i < items.Length; i++)
        {
            var item = items[i];
            if (Compare(attributes[items[i - 1]], attributes[item]) <= 0)
            {
                continue;
            }

            var low = 0;
            var high = i - 1;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Compare(attributes[items[middle]], attributes[item]) > 0)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }

            items[low..i].CopyTo(items[(low + 1)..]);
            items[low] = item;
        }
    }

    private readonly int Compare(in AttributeRecord a, in AttributeRecord b)
    {
        if (a.Binding != b.Binding)
        {
            var byUri = a.Binding >= 0 && b.Binding >= 0
                ? _namespaces.CompareUris(a.Binding, b.Binding)
                : Uri(a.Binding).SequenceCompareTo(Uri(b.Binding));
            if (byUri != 0)
            {
                return byUri;
            }
        }

        return a.Local(_document).SequenceCompareTo(b.Local(_document));
    }

    private readonly ReadOnlySpan<byte> Uri(int state) => state switch
    {
        AttributeRecord.NoNamespace => default,
        AttributeRecord.XmlNamespace => XmlNamespaces.Xml,
        _ => _namespaces.Uri(state),
    };

    /// <summary>Whether the start tag is in canonical form already, byte for byte.</summary>
    private readonly bool IsCanonical(ReadOnlySpan<AttributeRecord> attributes, int attributeCount, int nameEnd)
    {
        var pending = _namespaces.Pending;
        if (pending.Length + attributeCount != attributes.Length)
        {
            return false;
        }

        var p = nameEnd;
        for (var i = 0; i < attributes.Length; i++)
        {
            ref readonly var attribute = ref attributes[i];
            var inPlace = i < pending.Length
                ? attribute.IsDeclaration
                    && _namespaces.IsDeclaredAt(pending[i], attribute.PrefixLength == 0 ? attribute.NameStart : attribute.LocalStart)
                : _order[i - pending.Length] == i;
            if (!inPlace
                || attribute.NeedsDecoding
                || attribute.NameStart != p + 1
                || _document[p] != ' '
                || attribute.ValueStart != attribute.NameEnd + 2
                || _document[attribute.ValueEnd] != '"')
            {
                return false;
            }

            p = attribute.ValueEnd + 1;
        }

        return p == _tokens.End - 1;
    }

    private readonly void Write(ReadOnlySpan<AttributeRecord> attributes, int attributeCount, int nameEnd)
    {
        var name = _document[(_tokens.Start + 1)..nameEnd];
        _sink.Write(_document[_tokens.Start..nameEnd]);
        foreach (var state in _namespaces.Pending)
        {
            var prefix = _namespaces.Prefix(state);
            _sink.Write(prefix.IsEmpty ? " xmlns"u8 : " xmlns:"u8);
            _sink.Write(prefix);
            _sink.Write("=\""u8);
            CanonicalEscapes.WriteDecodedValue(_sink, _namespaces.Uri(state));
            _sink.Write((byte)'"');
        }

        foreach (var i in _order.AsSpan(0, attributeCount))
        {
            ref readonly var attribute = ref attributes[i];
            _sink.Write((byte)' ');
            _sink.Write(_document[attribute.NameStart..attribute.NameEnd]);
            _sink.Write("=\""u8);
            CanonicalEscapes.WriteAttributeValue(_sink, attribute.Value(_document));
            _sink.Write((byte)'"');
        }

        _sink.Write((byte)'>');
        if (_tokens.IsEmptyElement)
        {
            _sink.Write("</"u8);
            _sink.Write(name);
            _sink.Write((byte)'>');
        }
    }

    /// <summary>Adds the token to the current run, unchanged.</summary>
    private void Extend()
    {
        if (_runEnd != _tokens.Start)
        {
            Flush();
            _runStart = _tokens.Start;
        }

        _runEnd = _tokens.End;
    }

    private void Flush()
    {
        if (_runEnd > _runStart)
        {
            _sink.Write(_document[_runStart.._runEnd]);
        }

        _runStart = _runEnd = _tokens.End;
    }
}
