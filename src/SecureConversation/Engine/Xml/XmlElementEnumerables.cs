namespace SecureConversation.Engine.Xml;

/// <summary>The child elements of one element.</summary>
internal readonly struct ChildEnumerable(XmlElement parent)
{
    public Enumerator GetEnumerator() => new(parent.FirstChild);

    internal struct Enumerator(XmlElement first)
    {
        private XmlElement next = first;

        public XmlElement Current { get; private set; }

        public bool MoveNext()
        {
            Current = next;
            if (next.IsNull)
            {
                return false;
            }
            next = next.NextSibling;
            return true;
        }
    }
}

/// <summary>The attributes of one element, without namespace declarations or only those.</summary>
internal readonly struct AttributeEnumerable(XmlElement element, bool declarations)
{
    public Enumerator GetEnumerator() => new(element, declarations);

    internal struct Enumerator(XmlElement element, bool declarations)
    {
        private readonly XmlIndex index = element.Index;
        private readonly int end = element.Node.AttributeBase + element.Node.AttributeCount;
        private int number = element.Node.AttributeBase - 1;

        public readonly XmlAttributeValue Current => new(index, number);

        public bool MoveNext()
        {
            while (++number < end)
            {
                if (index.Records[number].IsDeclaration == declarations)
                {
                    return true;
                }
            }
            return false;
        }
    }
}

/// <summary>The namespace declarations of one element.</summary>
internal readonly struct DeclarationEnumerable(XmlElement element)
{
    public Enumerator GetEnumerator() => new(new AttributeEnumerable(element, declarations: true).GetEnumerator());

    internal struct Enumerator(AttributeEnumerable.Enumerator inner)
    {
        private AttributeEnumerable.Enumerator inner = inner;

        public readonly XmlNamespaceDeclaration Current => new(inner.Current);

        public bool MoveNext() => inner.MoveNext();
    }
}
