namespace SecureConversation.Engine.Xml;

/// <summary>One indexed element, as byte positions in its document.</summary>
internal struct XmlNode
{
    public const int None = -1;

    public int Start;
    public int ContentStart;
    public int ContentEnd;
    public int End;
    public int Parent;
    public int FirstChild;
    public int NextSibling;
    public int Binding;
    public int AttributeBase;
    public ushort AttributeCount;
    public ushort PrefixLength;
    public ushort LocalLength;
    public XmlNodeFlags Flags;

    public readonly int LocalStart => PrefixLength == 0 ? Start + 1 : Start + PrefixLength + 2;
}

[Flags]
internal enum XmlNodeFlags : byte
{
    None = 0,
    EmptyElementTag = 1,

    /// <summary>The element has character data other than white space as a direct child.</summary>
    HasText = 2,

    /// <summary>The content is not a single run of literal text.</summary>
    NotPlain = 4,

    /// <summary>The element has child elements without a node.</summary>
    HasUnindexed = 8,
}
