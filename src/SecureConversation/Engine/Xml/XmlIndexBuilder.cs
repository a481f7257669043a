using System.Diagnostics;
using SecureConversation.Engine.Failures;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>Reads a document once and fills the tables of an <see cref="XmlIndex"/>.</summary>
internal ref struct XmlIndexBuilder : IDisposable
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _document;
    private readonly XmlLimits _limits;
    private readonly XmlName? _opaque;
    private readonly XmlName? _unless;
    private readonly bool _spliced;
    private readonly DecodedUris _decodedUris;
    private readonly XmlElement _known;
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

    public XmlIndexBuilder(
        ReadOnlyMemory<byte> memory,
        XmlLimits limits,
        XmlName? opaque,
        XmlName? unless,
        ReadOnlySpan<FragmentBoundary> boundaries,
        XmlElement known)
    {
        // Where its content is indexed, it is read as any other.
        _known = known.FirstChild.FirstChild.IsNull ? known : default;
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

        XmlChars.Validate(_document);
        _tokens.ReadProlog();
        while (true)
        {
            _guard.Advance(_tokens.End, _tokens.Depth);
            _tokens.TextLimit = _guard.Stop;
            if (!_tokens.Read())
            {
                break;
            }

            switch (_tokens.Kind)
            {
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

            if (_spliced)
            {
                _guard.Check(_tokens);
            }
        }

        _guard.Finish();
        var index = new XmlIndex(_memory, _nodes, _tokens.DetachRecords(), _decodedUris, _opaqueNode, _content);
        _nodes = [];
        return index;
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

        if (_tokens.PrefixLength == 5 && _document.Slice(_tokens.Start + 1, 5).SequenceEqual("xmlns"u8))
        {
            Fail.With(FailureCode.NotWellFormed, "element with prefix xmlns");
        }

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
        if (isOpaqueElement && _opaqueNode < 0)
        {
            OpenOpaque(node);
        }
    }

    private void OpenOpaque(int node)
    {
        _opaqueNode = node;
        if (_known.IsNull)
        {
            _watch = new ContentWatch(_document, _tokens.End, _tokens.AttributeBase);
        }
        else if (!_known.IsEmptyElementTag)
        {
            TakeKnown(node);
        }
    }

    /// <summary>Takes the content of the opaque element as the other document has it, and reads nothing of it but the first child.</summary>
    private void TakeKnown(int node)
    {
        var moved = _tokens.End - _known.ContentStart;
        Debug.Assert(_document[_tokens.End..].StartsWith(_known.Index.Bytes[_known.ContentStart..(_known.End - 1)]), "another content");
        var child = _known.FirstChild;
        if (!child.IsNull)
        {
            _tokens.Skip(child.Start + moved);
            _tokens.Read();
            Open();
            _nodes[_nodeCount - 1].Flags |= child.Node.Flags;
            if (!child.IsEmptyElementTag)
            {
                _tokens.Skip(child.ContentEnd + moved);
                _tokens.Read();
                Close();
            }
        }

        _nodes[node].Flags |= _known.Node.Flags;
        _tokens.Skip(_known.ContentEnd + moved);
        _content = _known.Content is { } content && !RepeatsNew(content, _known.ContentStart + moved) ? content : null;
    }

    /// <summary>Whether the content declares a prefix that only this document declares outside it.</summary>
    private readonly bool RepeatsNew(CanonicalContent content, int contentStart)
    {
        foreach (var (start, length, note) in content.Prefixes)
        {
            var prefix = _document.Slice(contentStart + start, length);
            if (note is PrefixNote.Used or PrefixNote.Unused
                && _scope.Declares(contentStart + start, length) && !_known.TryLookupNamespace(prefix, out _))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Records a child in its parent; true when the child gets a node.</summary>
    private readonly bool NoteChild(ref Frame parent)
    {
        if (parent.Node < 0)
        {
            return false;
        }

        ref var node = ref _nodes[parent.Node];
        var first = !parent.HasChild;
        parent.HasChild = true;
        node.Flags |= XmlNodeFlags.NotPlain;
        if (!parent.IsOpaque || (first && parent.IsOpaqueElement))
        {
            return true;
        }

        node.Flags |= XmlNodeFlags.HasUnindexed;
        return false;
    }

    private int AddNode(int binding, int depth)
    {
        if (_nodeCount >= _limits.MaxIndexedNodes)
        {
            Fail.With(FailureCode.LimitExceeded, "elements outside the body", expected: FailureText.AtMost(_limits.MaxIndexedNodes));
        }

        _indexedAttributes += _tokens.AttributeCount;
        if (_indexedAttributes > _limits.MaxIndexedAttributes)
        {
            Fail.With(FailureCode.LimitExceeded, "attributes of all elements outside the body",
                expected: FailureText.AtMost(_limits.MaxIndexedAttributes));
        }

        if (_nodeCount == _nodes.Length)
        {
            Pooled.Grow(ref _nodes, _nodeCount);
        }

        var number = _nodeCount++;
        var parent = XmlNode.None;
        if (depth > 0)
        {
            ref var frame = ref _frames[depth - 1];
            parent = frame.Node;
            if (frame.LastChild >= 0)
            {
                _nodes[frame.LastChild].NextSibling = number;
            }
            else
            {
                _nodes[parent].FirstChild = number;
            }

            frame.LastChild = number;
        }

        _nodes[number] = new XmlNode
        {
            Start = _tokens.Start,
            ContentStart = _tokens.End,
            ContentEnd = _tokens.End,
            End = _tokens.End,
            Parent = parent,
            FirstChild = XmlNode.None,
            NextSibling = XmlNode.None,
            Binding = binding,
            AttributeBase = _tokens.AttributeBase,
            AttributeCount = (ushort)_tokens.AttributeCount,
            PrefixLength = (ushort)_tokens.PrefixLength,
            LocalLength = (ushort)_tokens.LocalLength,
            Flags = _tokens.IsEmptyElement ? XmlNodeFlags.EmptyElementTag : XmlNodeFlags.None,
        };
        return number;
    }

    private void Close()
    {
        ref readonly var frame = ref _frames[_tokens.Depth];
        _scope.Truncate(frame.ScopeCount);
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
    }
}
