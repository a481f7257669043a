using System.Text;

namespace SecureConversation.Engine.Xml;

/// <summary>One attribute of an indexed element.</summary>
internal readonly struct XmlAttributeValue
{
    private readonly XmlIndex index;
    private readonly int number;

    internal XmlAttributeValue(XmlIndex index, int number)
    {
        this.index = index;
        this.number = number;
    }

    public ReadOnlySpan<byte> Prefix => Record.Prefix(index.Bytes);

    public ReadOnlySpan<byte> LocalName => Record.Local(index.Bytes);

    public ReadOnlySpan<byte> NamespaceUri => index.Uri(Record.Binding);

    /// <summary>Range of the attribute, from its name to its closing quote.</summary>
    public int Start => Record.NameStart;

    public int End => Record.ValueEnd + 1;

    /// <summary>Range of the value as written, between the quotes.</summary>
    public int RawStart => Record.ValueStart;

    public int RawEnd => Record.ValueEnd;

    /// <summary>The value as written.</summary>
    public ReadOnlySpan<byte> Raw => Record.Value(index.Bytes);

    /// <summary>The normalised value: the bytes as written, or a new array when references or white space change them.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            ReadOnlySpan<byte> raw = Raw;
            if (!Record.NeedsDecoding)
            {
                return raw;
            }
            var decoded = new byte[raw.Length];
            return decoded.AsSpan(0, XmlReferences.DecodeAttribute(raw, decoded));
        }
    }

    /// <summary><see cref="Value"/> as memory that lives as long as the document's buffer.</summary>
    public ReadOnlyMemory<byte> ValueMemory => Record.NeedsDecoding ? Value.ToArray() : index.Memory[RawStart..RawEnd];

    internal int Number => number;

    internal XmlIndex Index => index;

    private ref readonly AttributeRecord Record => ref index.Records[number];

    public bool ValueEquals(ReadOnlySpan<byte> value) => Value.SequenceEqual(value);

    public string GetString() => Encoding.UTF8.GetString(Value);
}

/// <summary>One namespace declaration of an indexed element.</summary>
internal readonly struct XmlNamespaceDeclaration
{
    private readonly XmlAttributeValue attribute;

    internal XmlNamespaceDeclaration(XmlAttributeValue attribute) => this.attribute = attribute;

    /// <summary>Empty for the default namespace.</summary>
    public ReadOnlySpan<byte> Prefix => attribute.Prefix.IsEmpty ? default : attribute.LocalName;

    public ReadOnlySpan<byte> NamespaceUri => attribute.Index.Uri(attribute.Number);

    public int RawStart => attribute.RawStart;

    public int RawEnd => attribute.RawEnd;

    public ReadOnlySpan<byte> Raw => attribute.Raw;
}
