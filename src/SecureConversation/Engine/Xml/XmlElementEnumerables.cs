namespace SecureConversation.Engine.Xml;

/// <summary>The child elements of one element.</summary>
internal readonly struct ChildEnumerable(XmlElement parent)
{
    public Enumerator GetEnumerator() => new(parent.FirstChild);

    internal struct Enumerator(XmlElement first)
    {
        private XmlElement _next = first;

        public XmlElement Current { get; private set; }

        public bool MoveNext()
        {
            Current = _next;
            if (_next.IsNull)
            {
                return false;
            }

            _next = _next.NextSibling;
            return true;
        }
    }
}

/// <summary>Either the attributes of one element or its namespace declarations.</summary>
internal readonly struct AttributeEnumerable(XmlElement element, bool declarations)
{
    public Enumerator GetEnumerator() => new(element, declarations);

    internal struct Enumerator(XmlElement element, bool declarations)
    {
        private readonly XmlIndex _index = element.Index;
        private readonly int _end = element.Node.AttributeBase + element.Node.AttributeCount;
        private int _number = element.Node.AttributeBase - 1;

        public readonly XmlAttributeValue Current => new(_index, _number);

        public bool MoveNext()
        {
            while (++_number < _end)
            {
                if (_index.Records[_number].IsDeclaration == declarations)
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
        private AttributeEnumerable.Enumerator _inner = inner;

        public readonly XmlNamespaceDeclaration Current => new(_inner.Current);

        public bool MoveNext() => _inner.MoveNext();
    }
}
