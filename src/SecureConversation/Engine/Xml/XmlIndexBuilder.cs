using SecureConversation.Engine.Failures;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>Reads a document once and fills the tables of an <see cref="XmlIndex"/>.</summary>
internal ref partial struct XmlIndexBuilder : IDisposable
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _document;
    private readonly XmlLimits _limits;
    private readonly XmlName? _opaque;
    private readonly XmlName? _unless;
    private readonly bool _spliced;
    private readonly DecodedUris _decodedUris;
    private readonly XmlElement _known;
    private readonly XmlIndex? _around;
    private readonly ReadOnlySpan<FragmentBoundary> _fragments;
    private Utf8XmlTokenizer _tokens;
    private NamespaceScope _scope;
    private FragmentGuard _guard;
    private XmlNode[] _nodes;
    private Frame[] _frames;
    private int _nodeCount;
    private int _indexedAttributes;
    private ContentWatch _watch;
    private CanonicalContent? _content;
    private int _opaqueNode = XmlNode.None;
    private int _fragment;
    private int _moved;
    private int _knownStart = -1;
    private IHeadJudge? _judge;
    private XmlIndex? _head;

    public XmlIndexBuilder(
        ReadOnlyMemory<byte> memory,
        XmlLimits limits,
        XmlName? opaque,
        XmlName? unless,
        ReadOnlySpan<FragmentBoundary> boundaries,
        XmlElement known = default,
        XmlIndex? around = null,
        IHeadJudge? judge = null)
    {
        _judge = judge;
        // Where its content is indexed, it is read as any other.
        _known = known.FirstChild.FirstChild.IsNull ? known : default;
        _around = around;
        _fragments = boundaries;
        _memory = memory;
        _document = memory.Span;
        _limits = limits;
        _opaque = opaque;
        _unless = unless;
        _spliced = !boundaries.IsEmpty;
        _decodedUris = new DecodedUris();
        _tokens = new Utf8XmlTokenizer(_document, limits, 0, _document.Length);
        _scope = new NamespaceScope(_document, limits, _decodedUris);
        _guard = new FragmentGuard(boundaries, _document.Length);
        _nodes = Buffers.Rent<XmlNode>(128);
        _frames = Buffers.Rent<Frame>(32);
    }

    /// <summary>How many bytes were read.</summary>
    public readonly int Position => _tokens.End;

    public XmlIndex Build()
    {
        if (!_spliced)
        {
            return BuildCore();
        }

        try
        {
            return BuildCore();
        }
        catch (SecurityFailureException failure) when (failure.Code is FailureCode.NotWellFormed or FailureCode.ForbiddenConstruct)
        {
            // The document was parsed before the fragments were inserted, so the error is in a decrypted fragment.
            return Fail.With<XmlIndex>(FailureCode.DecryptionFailed, failure.Detail, failure.Found, failure.Expected);
        }
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _scope.Dispose();
        var oldNodes = _nodes;
        var oldFrames = _frames;
        _nodes = [];
        _frames = [];
        if (oldNodes.Length != 0)
        {
            Buffers.Return(oldNodes);
        }

        if (oldFrames.Length != 0)
        {
            Buffers.Return(oldFrames);
        }
    }

    private XmlIndex BuildCore()
    {
        if (_document.Length > _limits.MaxBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "size", FailureText.Of(_document.Length, "bytes"),
                FailureText.AtMost(_limits.MaxBytes, "MaxEnvelopeBytes"));
        }

        if (_known.IsNull || _known.IsEmptyElementTag || _document.Length < _known.Index.Bytes.Length)
        {
            XmlChars.Validate(_document);
        }
        else
        {
            ValidateAround();
        }

        if (_around is not null)
        {
            TakeOver(_around.Root);
        }
        else
        {
            _tokens.ReadProlog();
            ReadTokens();
        }

        if (_head is { IsHead: true })
        {
            _nodes = [];
            _tokens.DetachRecords();
            return _head;
        }

        _guard.Finish();
        if (_knownStart >= 0 && _opaqueNode < 0)
        {
            XmlChars.Validate(_document);
        }

        var (nodes, records) = (_nodes, _tokens.DetachRecords());
        _nodes = [];
        if (_head is null)
        {
            return new XmlIndex(_memory, nodes, records, _decodedUris, _opaqueNode, _content);
        }

        _head.Complete(nodes, records, _opaqueNode, _content);
        return _head;
    }

    private void ReadTokens()
    {
        while (true)
        {
            if (_tokens.End >= _guard.Stop)
            {
                _guard.Advance(_tokens.End, _tokens.Depth);
            }

            _tokens.TextLimit = _guard.Stop;
            if (!_tokens.Read())
            {
                return;
            }

            switch (_tokens.Kind)
            {
                case XmlTokenKind.Leaf:
                    NoteLeaf();
                    break;
                case XmlTokenKind.StartTag:
                    Open();
                    break;
                case XmlTokenKind.EndTag:
                    Close();
                    break;
                default:
                    NoteText();
                    break;
            }

            if (_spliced && (_tokens.Kind != XmlTokenKind.Leaf || _guard.IsOutermost(_tokens.Depth)))
            {
                _guard.Check(_tokens);
            }

            if (_judge is not null && IsHeadRead && IsHopeless())
            {
                return;
            }
        }
    }

    /// <summary>Whether the opaque element was opened, and something but text came after its start tag.</summary>
    private readonly bool IsHeadRead =>
        _opaqueNode >= 0 && _tokens.Kind != XmlTokenKind.Text && _tokens.Start != _nodes[_opaqueNode].Start;

    private bool IsHopeless()
    {
        var judge = _judge!;
        _judge = null;
        _head = new XmlIndex(_memory, _nodes, _tokens.RecordArray, _decodedUris, XmlNode.None, content: null);
        return _head.IsHead = judge.IsHopeless(_head);
    }

    private void Open()
    {
        var attributeBase = _tokens.AttributeBase;
        var attributeCount = _tokens.AttributeCount;
        var scopeCount = _scope.Count;
        var decodedEnd = _decodedUris.End;
        var records = _tokens.Records;
        if (_tokens.HasQualifiedAttributes)
        {
            _scope.Enter(records, attributeBase, attributeCount);
        }

        if (attributeCount > 1)
        {
            _scope.CheckUnique(records, attributeBase, attributeCount);
        }

        RefuseXmlnsPrefix();
        var binding = _scope.Resolve(records, _tokens.Start + 1, _tokens.PrefixLength);
        if (_watch.IsPlain)
        {
            _watch.StartTag(_tokens, _scope, scopeCount, binding);
        }

        var depth = _tokens.IsEmptyElement ? _tokens.Depth : _tokens.Depth - 1;
        var indexed = depth == 0 || NoteChild(ref _frames[depth - 1]);
        var node = indexed ? AddNode(binding, depth) : XmlNode.None;
        // Nodes and namespace bindings refer to attribute records, so later tags must not overwrite those.
        if (indexed || _scope.Count != scopeCount)
        {
            _tokens.AttributeBase = attributeBase + attributeCount;
        }

        if (_tokens.IsEmptyElement)
        {
            _scope.Truncate(scopeCount);
            if (!indexed)
            {
                _tokens.AttributeBase = attributeBase;
                _decodedUris.Truncate(decodedEnd);
            }

            return;
        }

        if (depth == _frames.Length)
        {
            Pooled.Grow(ref _frames, depth);
        }

        var isOpaqueElement = depth == 1 && _opaque is not null && Is(node, _opaque);
        _frames[depth] = new Frame
        {
            Node = node,
            LastChild = XmlNode.None,
            ScopeCount = scopeCount,
            AttributeBase = attributeBase,
            DecodedEnd = decodedEnd,
            IsOpaque = !indexed
                || isOpaqueElement
                || (depth == 2 && _frames[1].IsOpaqueElement && (_unless is null || !IsTag(binding, _unless))),
            IsOpaqueElement = isOpaqueElement,
        };
        if (_frames[depth].IsOpaque && !isOpaqueElement)
        {
            // What is in it has no nodes.
            _tokens.JoinsFrom = Math.Min(_tokens.JoinsFrom, _tokens.Depth);
        }

        if (isOpaqueElement && _opaqueNode < 0)
        {
            OpenOpaque(node);
        }
    }

    private void Close()
    {
        ref readonly var frame = ref _frames[_tokens.Depth];
        _scope.Truncate(frame.ScopeCount);
        if (_tokens.Depth < _tokens.JoinsFrom)
        {
            _tokens.JoinsFrom = int.MaxValue;
        }

        if (_watch.IsPlain)
        {
            if (frame.Node == _opaqueNode)
            {
                _content = _watch.Content;
                _watch = default;
            }
            else
            {
                _watch.EndTag(_tokens);
            }
        }

        if (frame.Node < 0)
        {
            _tokens.AttributeBase = frame.AttributeBase;
            _decodedUris.Truncate(frame.DecodedEnd);
            return;
        }

        ref var node = ref _nodes[frame.Node];
        node.ContentEnd = _tokens.Start;
        node.End = _tokens.End;
    }

    private void NoteText()
    {
        if (_watch.IsPlain)
        {
            _watch.Text(_tokens);
        }

        if (_tokens.Depth == 0 || _frames[_tokens.Depth - 1].Node is not (>= 0 and int number))
        {
            return;
        }

        ref var node = ref _nodes[number];
        if (_tokens.Kind != XmlTokenKind.Text || _tokens.HasReferences || _tokens.HasCarriageReturns)
        {
            node.Flags |= XmlNodeFlags.NotPlain;
        }

        if ((node.Flags & XmlNodeFlags.HasText) == 0 && _tokens.Kind != XmlTokenKind.Comment && !_tokens.IsWhiteSpace())
        {
            node.Flags |= XmlNodeFlags.HasText;
        }
    }

    private readonly bool Is(int number, XmlName name)
    {
        ref readonly var node = ref _nodes[number];
        return _document.Slice(node.LocalStart, node.LocalLength).SequenceEqual(name.LocalName)
            && Uri(node.Binding).SequenceEqual(name.NamespaceUri);
    }

    private readonly bool IsTag(int binding, XmlName name)
    {
        var start = _tokens.Start + 1 + (_tokens.PrefixLength == 0 ? 0 : _tokens.PrefixLength + 1);
        return _document.Slice(start, _tokens.LocalLength).SequenceEqual(name.LocalName)
            && Uri(binding).SequenceEqual(name.NamespaceUri);
    }

    private readonly ReadOnlySpan<byte> Uri(int binding) => XmlNamespaces.Uri(_document, _tokens.Records, _decodedUris, binding);

    private struct Frame
    {
        public int Node;
        public int LastChild;
        public int ScopeCount;
        public int AttributeBase;
        public int DecodedEnd;
        public bool IsOpaque;
        public bool IsOpaqueElement;
        public bool HasChild;
        public bool HasFragment;
    }
}
