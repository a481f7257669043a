using System.Text;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>An indexed element. The default value stands for no element.</summary>
internal readonly struct XmlElement : IEquatable<XmlElement>
{
    private readonly XmlIndex? _index;
    private readonly int _number;

    internal XmlElement(XmlIndex index, int number)
    {
        _index = index;
        _number = number;
    }

    public bool IsNull => _index is null;

    public XmlIndex Index => _index!;

    public ReadOnlySpan<byte> LocalName
    {
        get
        {
            ref readonly var node = ref Node;
            return _index!.Bytes.Slice(node.LocalStart, node.LocalLength);
        }
    }

    public ReadOnlySpan<byte> Prefix
    {
        get
        {
            ref readonly var node = ref Node;
            return _index!.Bytes.Slice(node.Start + 1, node.PrefixLength);
        }
    }

    /// <summary>Prefix and local name as in the document.</summary>
    public ReadOnlySpan<byte> QualifiedName
    {
        get
        {
            ref readonly var node = ref Node;
            return _index!.Bytes[(node.Start + 1)..(node.LocalStart + node.LocalLength)];
        }
    }

    public ReadOnlySpan<byte> NamespaceUri => _index!.Uri(Node.Binding);

    /// <summary>Start of the element with its tags; <see cref="End"/> is the position after it.</summary>
    public int Start => Node.Start;

    public int End => Node.End;

    /// <summary>Start of the content between the tags; <see cref="ContentEnd"/> is its end. Both are equal when it is empty.</summary>
    public int ContentStart => Node.ContentStart;

    public int ContentEnd => Node.ContentEnd;

    public int StartTagEnd => Node.ContentStart;

    public bool IsEmptyElementTag => (Node.Flags & XmlNodeFlags.EmptyElementTag) != 0;

    /// <summary>The related element; the null element when there is none.</summary>
    public XmlElement Parent => IsNull ? default : At(Node.Parent);

    /// <inheritdoc cref="Parent"/>
    public XmlElement FirstChild => IsNull ? default : At(Node.FirstChild);

    /// <inheritdoc cref="Parent"/>
    public XmlElement NextSibling => IsNull ? default : At(Node.NextSibling);

    /// <summary>Whether the element has character data other than white space as a direct child.</summary>
    public bool HasText => (Node.Flags & XmlNodeFlags.HasText) != 0;

    /// <summary>Whether there are child elements without a node, because the element is opaque.</summary>
    public bool HasUnindexedChildren => (Node.Flags & XmlNodeFlags.HasUnindexed) != 0;

    /// <summary>Its content, where it is opaque and in canonical form.</summary>
    internal CanonicalContent? Content => _index is not null && _index.Opaque == _number ? _index.Content : null;

    /// <summary>The child elements that have a node.</summary>
    public ChildEnumerable Children => new(this);

    /// <summary>The attributes, without namespace declarations.</summary>
    public AttributeEnumerable Attributes => new(this, declarations: false);

    /// <summary>How many attributes it has, namespace declarations not among them.</summary>
    public int AttributeCount
    {
        get
        {
            var count = 0;
            foreach (var attribute in Attributes)
            {
                count++;
            }

            return count;
        }
    }

    public DeclarationEnumerable NamespaceDeclarations => new(this);

    /// <summary>Its expanded name, for the log: a stranger may have written it.</summary>
    public string Describe()
    {
        const int most = 512;
        if (IsNull)
        {
            return "nothing";
        }

        var name = LocalName;
        var uri = NamespaceUri;
        var local = Encoding.UTF8.GetString(name[..Math.Min(most, name.Length)]);
        return uri.IsEmpty ? local : $"{{{Encoding.UTF8.GetString(uri[..Math.Min(most, uri.Length)])}}}{local}";
    }

    internal int Number => _number;

    /// <summary>The attributes and namespace declarations of the start tag.</summary>
    internal ReadOnlySpan<AttributeRecord> Records => _index!.Records.Slice(Node.AttributeBase, Node.AttributeCount);

    internal ref readonly XmlNode Node => ref _index!.Node(_number);

    /// <summary>
    /// The bytes of the character data: a part of the document when the content is one run of literal text, otherwise a new array with the
    /// decoded text.
    /// </summary>
    public ReadOnlySpan<byte> RawText => IsPlain
        ? _index!.Bytes[Node.ContentStart..Node.ContentEnd]
        : XmlCharacterData.DecodeDirectText(this);

    private bool IsPlain => (Node.Flags & XmlNodeFlags.NotPlain) == 0;

    public bool Is(XmlName name)
    {
        if (_index is null)
        {
            return false;
        }

        ref readonly var node = ref Node;
        return node.LocalLength == name.LocalName.Length
            && _index.Bytes.Slice(node.LocalStart, node.LocalLength).SequenceEqual(name.LocalName)
            && _index.Uri(node.Binding).SequenceEqual(name.NamespaceUri);
    }

    /// <summary>
    /// Finds an attribute. A name in no namespace finds attributes without prefix. Namespace declarations are never found.
    /// </summary>
    public bool TryGetAttribute(XmlName name, out XmlAttributeValue value)
    {
        ref readonly var node = ref Node;
        var document = _index!.Bytes;
        var records = _index.Records;
        for (var i = node.AttributeBase; i < node.AttributeBase + node.AttributeCount; i++)
        {
            ref readonly var record = ref records[i];
            if (record.LocalLength == name.LocalName.Length
                && !record.IsDeclaration
                && record.Local(document).SequenceEqual(name.LocalName)
                && _index.Uri(record.Binding).SequenceEqual(name.NamespaceUri))
            {
                value = new XmlAttributeValue(_index, i);
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Reads an Id attribute, which is compared as octets; null when absent.</summary>
    public XmlId? GetId(XmlName name) => TryGetAttribute(name, out var value) ? new XmlId(value.ValueMemory) : null;

    public string? GetAttribute(XmlName name) => TryGetAttribute(name, out var value) ? value.GetString() : null;

    /// <summary>The decoded character data that are direct children, with normalised line ends and without comments.</summary>
    public string GetText() => Encoding.UTF8.GetString(RawText);

    /// <summary>Decodes the character data as base64 with optional white space. False when it is not base64 or is too long.</summary>
    public bool TryDecodeBase64(Span<byte> destination, out int written) =>
        XmlCharacterData.TryDecodeBase64(RawText, destination, out written);

    /// <summary>Finds the namespace of a prefix in the scope of the element; null when it is not declared.</summary>
    public string? LookupNamespace(ReadOnlySpan<byte> prefix) =>
        TryLookupNamespace(prefix, out var uri) ? Encoding.UTF8.GetString(uri) : null;

    /// <inheritdoc cref="LookupNamespace"/>
    public bool TryLookupNamespace(ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> uri)
    {
        var document = _index!.Bytes;
        var records = _index.Records;
        for (var element = this; !element.IsNull; element = element.Parent)
        {
            ref readonly var node = ref element.Node;
            for (var i = node.AttributeBase; i < node.AttributeBase + node.AttributeCount; i++)
            {
                if (records[i].IsDeclaration && records[i].DeclaredPrefix(document).SequenceEqual(prefix))
                {
                    uri = _index.Uri(i);
                    return !uri.IsEmpty;
                }
            }
        }

        uri = prefix.SequenceEqual("xml"u8) ? XmlNamespaces.Xml : default;
        return !uri.IsEmpty;
    }

    /// <summary>Whether the start tag itself declares a prefix; the empty one stands for the default namespace.</summary>
    public bool Declares(ReadOnlySpan<byte> prefix)
    {
        foreach (ref readonly var record in Records)
        {
            if (record.IsDeclaration && record.DeclaredPrefix(_index!.Bytes).SequenceEqual(prefix))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes a declaration for each prefix in scope of the element, as it stands in the document.</summary>
    /// <exception cref="SecurityFailureException">The declarations have more than <paramref name="maxBytes"/> bytes.</exception>
    public void WriteNamespacesInScope(PooledBytes output, int maxBytes)
    {
        var document = _index!.Bytes;
        var records = _index.Records;
        var start = output.Length;
        for (var element = this; !element.IsNull; element = element.Parent)
        {
            ref readonly var node = ref element.Node;
            for (var i = node.AttributeBase; i < node.AttributeBase + node.AttributeCount; i++)
            {
                if (!records[i].IsDeclaration || IsShadowed(records[i].DeclaredPrefix(document), element))
                {
                    continue;
                }

                // The value stands between two quotes of either kind.
                var declaration = document[records[i].NameStart..(records[i].ValueEnd + 1)];
                if (declaration.Length > maxBytes - (output.Length - start))
                {
                    Fail.With(FailureCode.LimitExceeded, "namespace declarations in scope of wsse:Security",
                        expected: "fewer (MaxNamespaceDeclarations)");
                }

                output.Write(" "u8);
                output.Write(declaration);
            }
        }
    }

    /// <summary>
    /// Writes the element so that it stands on its own: octet for octet as it stands in the document, with the declarations that it takes
    /// from outside added to its start tag. A signature in it stays valid (Exclusive XML Canonicalization 1.0 section 1.3).
    /// </summary>
    /// <exception cref="SecurityFailureException">The element has more than <paramref name="maxBytes"/> bytes.</exception>
    public void WriteOnItsOwn(PooledBytes output, int maxBytes) => StandaloneElement.Write(this, output, maxBytes);

    /// <summary>Whether an element between declares the prefix again.</summary>
    private bool IsShadowed(ReadOnlySpan<byte> prefix, XmlElement declaring)
    {
        for (var element = this; element._number != declaring._number; element = element.Parent)
        {
            if (element.Declares(prefix))
            {
                return true;
            }
        }

        return false;
    }

    public bool Equals(XmlElement other) => ReferenceEquals(_index, other._index) && _number == other._number;

    public override bool Equals(object? obj) => obj is XmlElement other && Equals(other);

    public override int GetHashCode() => _number;

    public static bool operator ==(XmlElement left, XmlElement right) => left.Equals(right);

    public static bool operator !=(XmlElement left, XmlElement right) => !left.Equals(right);

    private XmlElement At(int other) => other < 0 ? default : new XmlElement(_index!, other);
}
