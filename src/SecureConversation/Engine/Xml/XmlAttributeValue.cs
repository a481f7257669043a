using System.Text;

namespace SecureConversation.Engine.Xml;

/// <summary>One attribute of an indexed element.</summary>
internal readonly struct XmlAttributeValue
{
    private readonly XmlIndex _index;
    private readonly int _number;

    internal XmlAttributeValue(XmlIndex index, int number)
    {
        _index = index;
        _number = number;
    }

    public ReadOnlySpan<byte> Prefix => Record.Prefix(_index.Bytes);

    public ReadOnlySpan<byte> LocalName => Record.Local(_index.Bytes);

    public ReadOnlySpan<byte> NamespaceUri => _index.Uri(Record.Binding);

    /// <summary>Start of the name of the attribute; <see cref="End"/> is the position after its closing quote.</summary>
    public int Start => Record.NameStart;

    public int End => Record.ValueEnd + 1;

    /// <summary>Start of the value as written, between the quotes; <see cref="RawEnd"/> is its end.</summary>
    public int RawStart => Record.ValueStart;

    public int RawEnd => Record.ValueEnd;

    /// <summary>The value as written.</summary>
    public ReadOnlySpan<byte> Raw => Record.Value(_index.Bytes);

    /// <summary>The normalised value: the bytes as written, or a new array when references or white space change them.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            var raw = Raw;
            if (!Record.NeedsDecoding)
            {
                return raw;
            }

            var decoded = new byte[raw.Length];
            return decoded.AsSpan(0, XmlReferences.DecodeAttribute(raw, decoded));
        }
    }

    /// <summary><see cref="Value"/> as memory that lives as long as the document's buffer.</summary>
    public ReadOnlyMemory<byte> ValueMemory => Record.NeedsDecoding ? Value.ToArray() : _index.Memory[RawStart..RawEnd];

    internal int Number => _number;

    internal XmlIndex Index => _index;

    private ref readonly AttributeRecord Record => ref _index.Records[_number];

    public bool Is(XmlName name) => LocalName.SequenceEqual(name.LocalName) && NamespaceUri.SequenceEqual(name.NamespaceUri);

    public bool ValueEquals(ReadOnlySpan<byte> value) => Value.SequenceEqual(value);

    public string GetString() => Encoding.UTF8.GetString(Value);
}

/// <summary>One namespace declaration of an indexed element.</summary>
internal readonly struct XmlNamespaceDeclaration
{
    private readonly XmlAttributeValue _attribute;

    internal XmlNamespaceDeclaration(XmlAttributeValue attribute) => _attribute = attribute;

    /// <summary>The declared prefix; empty for the default namespace.</summary>
    public ReadOnlySpan<byte> Prefix => _attribute.Prefix.IsEmpty ? default : _attribute.LocalName;

    public ReadOnlySpan<byte> NamespaceUri => _attribute.Index.Uri(_attribute.Number);

    public int RawStart => _attribute.RawStart;

    public int RawEnd => _attribute.RawEnd;

    public ReadOnlySpan<byte> Raw => _attribute.Raw;
}
