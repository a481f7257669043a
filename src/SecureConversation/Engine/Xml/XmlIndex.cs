using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// A well-formed document and the byte ranges of its elements. Immutable; the bytes must not change while it is in use.
/// </summary>
/// <remarks>Whoever judges the head of a document (<see cref="IHeadJudge"/>) has this object before the rest was read.</remarks>
internal sealed class XmlIndex : IDisposable
{
    private readonly DecodedUris _decodedUris;
    private XmlNode[] _nodes;
    private AttributeRecord[] _records;

    internal XmlIndex(
        ReadOnlyMemory<byte> memory, XmlNode[] nodes, AttributeRecord[] records, DecodedUris decodedUris, int opaque,
        CanonicalContent? content)
    {
        Opaque = opaque;
        Content = content;
        Memory = memory;
        _nodes = nodes;
        _records = records;
        _decodedUris = decodedUris;
    }

    public ReadOnlyMemory<byte> Memory { get; }

    public ReadOnlySpan<byte> Bytes => Memory.Span;

    public XmlElement Root => new(this, 0);

    internal ReadOnlySpan<AttributeRecord> Records => _records;

    /// <summary>The number of the opaque element; <see cref="XmlNode.None"/> when there is none that has content.</summary>
    internal int Opaque { get; private set; }

    /// <summary>The content of the opaque element, where it is in canonical form.</summary>
    internal CanonicalContent? Content { get; private set; }

    /// <summary>Whether only the head of the document was read: neither what is in the opaque element nor what comes after it.</summary>
    internal bool IsHead { get; set; }

    internal DecodedUris DecodedUris => _decodedUris;

    /// <summary>Checks a document and indexes its elements.</summary>
    /// <param name="utf8">The document. The index refers to it without a copy.</param>
    /// <param name="limits">The limits on the document.</param>
    /// <param name="opaque">
    /// A child of the root with this name is opaque: it is checked, but only its first child gets a node. A body may hold millions of
    /// elements.
    /// </param>
    /// <param name="unless">If the first child of the opaque element has this name, its content is indexed, too.</param>
    /// <param name="boundaries">
    /// Ranges of decrypted fragments in the document, in ascending order. Each must be well-formed content by itself, so that it cannot
    /// change the structure around it; otherwise the document is refused with <see cref="FailureCode.DecryptionFailed"/>.
    /// </param>
    /// <param name="known">
    /// The opaque element of another document with the same content, octet for octet, and in the scope of the same declarations and perhaps
    /// fewer. That content is not read again. The null element when there is none.
    /// </param>
    /// <param name="judge">Says whether to read what comes after the start of the opaque element; null to read all.</param>
    public static XmlIndex Parse(
        ReadOnlyMemory<byte> utf8,
        XmlLimits limits,
        XmlName? opaque = null,
        XmlName? unless = null,
        ReadOnlySpan<FragmentBoundary> boundaries = default,
        XmlElement known = default,
        IHeadJudge? judge = null)
    {
        var builder = new XmlIndexBuilder(utf8, limits, opaque, unless, boundaries, known, judge: judge);
        try
        {
            return builder.Build();
        }
        finally
        {
            builder.Dispose();
        }
    }

    /// <summary>
    /// The same for a document that is another one with fragments in place of some of its elements, octet for octet: only the fragments
    /// are read.
    /// </summary>
    /// <param name="utf8">The document.</param>
    /// <param name="limits">The limits on the document.</param>
    /// <param name="opaque">The name of the opaque element.</param>
    /// <param name="unless">If the first child of the opaque element has this name, its content is indexed, too.</param>
    /// <param name="boundaries">
    /// The fragments in ascending order, each in the place of an element that has a node in the other document. One that need not be a
    /// single element stands in the place of an element that was all of the content around it.
    /// </param>
    /// <param name="around">The other document.</param>
    public static XmlIndex Parse(
        ReadOnlyMemory<byte> utf8,
        XmlLimits limits,
        XmlName opaque,
        XmlName unless,
        ReadOnlySpan<FragmentBoundary> boundaries,
        XmlIndex around)
    {
        var builder = new XmlIndexBuilder(utf8, limits, opaque, unless, boundaries, around: around);
        try
        {
            return builder.Build();
        }
        finally
        {
            builder.Dispose();
        }
    }

    /// <summary>
    /// The same, for a caller that needs to know how many bytes were read before the document was refused; they are in
    /// <paramref name="reached"/>.
    /// </summary>
    public static XmlIndex Parse(
        ReadOnlyMemory<byte> utf8, XmlLimits limits, ReadOnlySpan<FragmentBoundary> boundaries, ref int reached)
    {
        var builder = new XmlIndexBuilder(utf8, limits, null, null, boundaries);
        try
        {
            return builder.Build();
        }
        finally
        {
            reached = builder.Position;
            builder.Dispose();
        }
    }

    public void Dispose()
    {
        var oldNodes = Interlocked.Exchange(ref _nodes, []);
        var oldRecords = _records;
        _records = [];
        if (oldNodes.Length != 0)
        {
            Buffers.Return(oldNodes);
            Buffers.Return(oldRecords);
        }
    }

    /// <summary>The rest was read, too.</summary>
    internal void Complete(XmlNode[] nodes, AttributeRecord[] records, int opaque, CanonicalContent? content) =>
        (_nodes, _records, Opaque, Content) = (nodes, records, opaque, content);

    internal ref readonly XmlNode Node(int number) => ref _nodes[number];

    internal ReadOnlySpan<byte> Uri(int binding) => XmlNamespaces.Uri(Bytes, _records, _decodedUris, binding);
}
