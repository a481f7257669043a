using System.Buffers;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>Reads a document once and fills the tables of an <see cref="XmlIndex"/>.</summary>
internal ref struct XmlIndexBuilder : IDisposable
{
    private readonly ReadOnlyMemory<byte> memory;
    private readonly ReadOnlySpan<byte> document;
    private readonly XmlLimits limits;
    private readonly XmlName? opaque;
    private readonly XmlName? unless;
    private readonly bool spliced;
    private readonly List<byte[]> decodedUris;
    private Utf8XmlTokenizer tokens;
    private NamespaceScope scope;
    private FragmentGuard guard;
    private XmlNode[] nodes;
    private Frame[] frames;
    private int nodeCount;

    public XmlIndexBuilder(
        ReadOnlyMemory<byte> memory,
        XmlLimits limits,
        XmlName? opaque,
        XmlName? unless,
        ReadOnlySpan<FragmentBoundary> boundaries)
    {
        this.memory = memory;
        document = memory.Span;
        this.limits = limits;
        this.opaque = opaque;
        this.unless = unless;
        spliced = !boundaries.IsEmpty;
        decodedUris = [];
        tokens = new Utf8XmlTokenizer(document, limits, 0, document.Length);
        scope = new NamespaceScope(document, limits, decodedUris);
        guard = new FragmentGuard(boundaries, document.Length);
        nodes = ArrayPool<XmlNode>.Shared.Rent(128);
        frames = ArrayPool<Frame>.Shared.Rent(32);
    }

    public XmlIndex Build()
    {
        if (!spliced)
        {
            return BuildCore();
        }
        try
        {
            return BuildCore();
        }
        catch (SecurityFailureException failure) when (failure.Code is FailureCode.NotWellFormed or FailureCode.ForbiddenConstruct)
        {
            // The surroundings were read before: what is wrong came with the decrypted fragments.
            return Fail.With<XmlIndex>(FailureCode.DecryptionFailed, failure.Detail);
        }
    }

    public void Dispose()
    {
        tokens.Dispose();
        scope.Dispose();
        XmlNode[] oldNodes = nodes;
        Frame[] oldFrames = frames;
        nodes = [];
        frames = [];
        if (oldNodes.Length != 0)
        {
            ArrayPool<XmlNode>.Shared.Return(oldNodes);
        }
        if (oldFrames.Length != 0)
        {
            ArrayPool<Frame>.Shared.Return(oldFrames);
        }
    }

    private XmlIndex BuildCore()
    {
        if (document.Length > limits.MaxBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "size");
        }
        XmlChars.Validate(document);
        tokens.ReadProlog();
        while (true)
        {
            guard.Advance(tokens.End, tokens.Depth);
            tokens.TextLimit = guard.Stop;
            if (!tokens.Read())
            {
                break;
            }
            switch (tokens.Kind)
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
            if (spliced)
            {
                guard.Check(tokens);
            }
        }
        guard.Finish();
        var index = new XmlIndex(memory, nodes, tokens.DetachRecords(), decodedUris);
        nodes = [];
        return index;
    }

    private void Open()
    {
        int attributeBase = tokens.AttributeBase;
        int attributeCount = tokens.AttributeCount;
        int scopeCount = scope.Count;
        Span<AttributeRecord> records = tokens.Records;
        if (tokens.HasQualifiedAttributes)
        {
            scope.Enter(records, attributeBase, attributeCount);
        }
        if (attributeCount > 1)
        {
            scope.CheckUnique(records, attributeBase, attributeCount);
        }
        if (tokens.PrefixLength == 5 && document.Slice(tokens.Start + 1, 5).SequenceEqual("xmlns"u8))
        {
            Fail.With(FailureCode.NotWellFormed, "element with prefix xmlns");
        }
        int binding = scope.Resolve(records, tokens.Start + 1, tokens.PrefixLength);

        int depth = tokens.IsEmptyElement ? tokens.Depth : tokens.Depth - 1;
        bool indexed = depth == 0 || NoteChild(ref frames[depth - 1]);
        int node = indexed ? AddNode(binding, depth) : XmlNode.None;
        // Later tags leave the records alone that something may refer to: those of nodes, and those that declare.
        if (indexed || scope.Count != scopeCount)
        {
            tokens.AttributeBase = attributeBase + attributeCount;
        }
        if (tokens.IsEmptyElement)
        {
            scope.Truncate(scopeCount);
            if (!indexed)
            {
                tokens.AttributeBase = attributeBase;
            }
            return;
        }
        if (depth == frames.Length)
        {
            Pooled.Grow(ref frames, depth);
        }
        bool isOpaqueElement = depth == 1 && opaque is not null && Is(node, opaque);
        frames[depth] = new Frame
        {
            Node = node,
            LastChild = XmlNode.None,
            ScopeCount = scopeCount,
            AttributeBase = attributeBase,
            IsOpaque = !indexed || isOpaqueElement || (depth == 2 && frames[1].IsOpaqueElement && (unless is null || !IsTag(binding, unless))),
            IsOpaqueElement = isOpaqueElement,
        };
    }

    /// <summary>Tells a parent of its child; true when the child gets a node.</summary>
    private readonly bool NoteChild(ref Frame parent)
    {
        if (parent.Node < 0)
        {
            return false;
        }
        ref XmlNode node = ref nodes[parent.Node];
        bool first = !parent.HasChild;
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
        if (nodeCount >= limits.MaxIndexedNodes)
        {
            Fail.With(FailureCode.LimitExceeded, "elements");
        }
        if (nodeCount == nodes.Length)
        {
            Pooled.Grow(ref nodes, nodeCount);
        }
        int number = nodeCount++;
        int parent = XmlNode.None;
        if (depth > 0)
        {
            ref Frame frame = ref frames[depth - 1];
            parent = frame.Node;
            if (frame.LastChild >= 0)
            {
                nodes[frame.LastChild].NextSibling = number;
            }
            else
            {
                nodes[parent].FirstChild = number;
            }
            frame.LastChild = number;
        }
        nodes[number] = new XmlNode
        {
            Start = tokens.Start,
            ContentStart = tokens.End,
            ContentEnd = tokens.End,
            End = tokens.End,
            Parent = parent,
            FirstChild = XmlNode.None,
            NextSibling = XmlNode.None,
            Binding = binding,
            AttributeBase = tokens.AttributeBase,
            AttributeCount = (ushort)tokens.AttributeCount,
            PrefixLength = (ushort)tokens.PrefixLength,
            LocalLength = (ushort)tokens.LocalLength,
            Flags = tokens.IsEmptyElement ? XmlNodeFlags.EmptyElementTag : XmlNodeFlags.None,
        };
        return number;
    }

    private void Close()
    {
        Frame frame = frames[tokens.Depth];
        scope.Truncate(frame.ScopeCount);
        if (frame.Node < 0)
        {
            tokens.AttributeBase = frame.AttributeBase;
            return;
        }
        ref XmlNode node = ref nodes[frame.Node];
        node.ContentEnd = tokens.Start;
        node.End = tokens.End;
    }

    private readonly void NoteText()
    {
        if (tokens.Depth == 0 || frames[tokens.Depth - 1].Node is not (>= 0 and int number))
        {
            return;
        }
        ref XmlNode node = ref nodes[number];
        if (tokens.Kind != XmlTokenKind.Text || tokens.HasReferences || tokens.HasCarriageReturns)
        {
            node.Flags |= XmlNodeFlags.NotPlain;
        }
        if ((node.Flags & XmlNodeFlags.HasText) == 0 && tokens.Kind != XmlTokenKind.Comment && !tokens.IsWhiteSpace())
        {
            node.Flags |= XmlNodeFlags.HasText;
        }
    }

    private readonly bool Is(int number, XmlName name)
    {
        ref readonly XmlNode node = ref nodes[number];
        return document.Slice(node.LocalStart, node.LocalLength).SequenceEqual(name.LocalName)
            && Uri(node.Binding).SequenceEqual(name.NamespaceUri);
    }

    private readonly bool IsTag(int binding, XmlName name)
    {
        int start = tokens.Start + 1 + (tokens.PrefixLength == 0 ? 0 : tokens.PrefixLength + 1);
        return document.Slice(start, tokens.LocalLength).SequenceEqual(name.LocalName)
            && Uri(binding).SequenceEqual(name.NamespaceUri);
    }

    private readonly ReadOnlySpan<byte> Uri(int binding) => XmlNamespaces.Uri(document, tokens.Records, decodedUris, binding);

    private struct Frame
    {
        public int Node;
        public int LastChild;
        public int ScopeCount;
        public int AttributeBase;
        public bool IsOpaque;
        public bool IsOpaqueElement;
        public bool HasChild;
    }
}
