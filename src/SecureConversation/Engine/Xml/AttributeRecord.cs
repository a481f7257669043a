namespace SecureConversation.Engine.Xml;

/// <summary>One attribute or namespace declaration of a start tag, as byte positions in its document.</summary>
internal struct AttributeRecord
{
    /// <summary><see cref="Binding"/> of a name in no namespace.</summary>
    public const int NoNamespace = -1;

    /// <summary><see cref="Binding"/> of the prefix that is bound without a declaration (Namespaces in XML 1.0, section 3).</summary>
    public const int XmlNamespace = -2;

    public int NameStart;
    public int ValueStart;
    public int ValueEnd;

    /// <summary>
    /// For an attribute: the number of the record that declares its prefix. For a declaration: the position of its decoded URI, or
    /// <see cref="NoNamespace"/> when the raw value is the URI.
    /// </summary>
    public int Binding;

    /// <summary>For a declaration: the keyed hash of its URI, so that unequal ones are told apart at once; 0 before it is needed.</summary>
    public uint UriHash;

    public ushort PrefixLength;
    public ushort LocalLength;
    public bool IsDeclaration;

    /// <summary>Whether the raw value has references, or white space that normalisation changes.</summary>
    public bool NeedsDecoding;

    public readonly int LocalStart => PrefixLength == 0 ? NameStart : NameStart + PrefixLength + 1;
    public readonly int NameEnd => LocalStart + LocalLength;
    public readonly int ValueLength => ValueEnd - ValueStart;

    public readonly ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> document) => document.Slice(NameStart, PrefixLength);
    public readonly ReadOnlySpan<byte> Local(ReadOnlySpan<byte> document) => document.Slice(LocalStart, LocalLength);
    public readonly ReadOnlySpan<byte> Value(ReadOnlySpan<byte> document) => document[ValueStart..ValueEnd];

    /// <summary>The prefix that a declaration binds: empty for the default namespace.</summary>
    public readonly ReadOnlySpan<byte> DeclaredPrefix(ReadOnlySpan<byte> document) =>
        PrefixLength == 0 ? default : Local(document);
}
