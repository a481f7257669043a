using System.Buffers;

namespace SecureConversation.Engine.Xml;

/// <summary>One pass over an element. Bytes that are canonical already are gathered into runs and copied at once.</summary>
internal ref struct CanonicalizerRun : IDisposable
{
    private readonly XmlElement apex;
    private readonly ReadOnlySpan<byte> document;
    private readonly CanonicalSink sink;
    private readonly bool withComments;
    private readonly bool keepsCarriageReturns;
    private Utf8XmlTokenizer tokens;
    private CanonicalNamespaces namespaces;
    private CanonicalNamespaces.Mark[] marks;
    private int[] order;
    private int runStart;
    private int runEnd;
    private bool formsDiffer;

    public CanonicalizerRun(
        XmlElement apex,
        ReadOnlySpan<byte> inclusivePrefixes,
        CanonicalForm form,
        CanonicalSink sink,
        bool withComments)
    {
        this.apex = apex;
        this.sink = sink;
        this.withComments = withComments;
        keepsCarriageReturns = form == CanonicalForm.Wcf;
        document = apex.Index.Bytes;
        tokens = new Utf8XmlTokenizer(document, XmlCharacterData.Unlimited, apex.Start, apex.End);
        namespaces = new CanonicalNamespaces(document, inclusivePrefixes, form);
        marks = ArrayPool<CanonicalNamespaces.Mark>.Shared.Rent(32);
        order = ArrayPool<int>.Shared.Rent(32);
    }

    public bool Execute()
    {
        DeclareAncestors();
        while (tokens.Read())
        {
            switch (tokens.Kind)
            {
                case XmlTokenKind.StartTag:
                    StartTag();
                    break;
                case XmlTokenKind.EndTag:
                    namespaces.Return(marks[tokens.Depth]);
                    EndTag();
                    break;
                case XmlTokenKind.Text when !(tokens.HasReferences | tokens.HasCarriageReturns | tokens.HasGreaterThan):
                    Extend();
                    break;
                case XmlTokenKind.Text:
                    Flush();
                    CanonicalEscapes.WriteText(sink, document[tokens.ContentStart..tokens.ContentEnd]);
                    break;
                case XmlTokenKind.CData:
                    Flush();
                    formsDiffer |= tokens.HasCarriageReturns;
                    CanonicalEscapes.WriteCData(sink, document[tokens.ContentStart..tokens.ContentEnd], keepsCarriageReturns);
                    break;
                case XmlTokenKind.Comment when withComments:
                    Flush();
                    formsDiffer |= tokens.HasCarriageReturns;
                    CanonicalEscapes.WriteComment(sink, document[tokens.ContentStart..tokens.ContentEnd], keepsCarriageReturns);
                    break;
                default:
                    break;
            }
        }
        Flush();
        return formsDiffer | namespaces.FormsDiffer;
    }

    public void Dispose()
    {
        tokens.Dispose();
        namespaces.Dispose();
        ArrayPool<CanonicalNamespaces.Mark>.Shared.Return(marks);
        ArrayPool<int>.Shared.Return(order);
        marks = [];
        order = [];
    }

    private void DeclareAncestors()
    {
        ReadOnlySpan<AttributeRecord> records = apex.Index.Records;
        for (XmlElement ancestor = apex.Parent; !ancestor.IsNull; ancestor = ancestor.Parent)
        {
            ref readonly XmlNode node = ref ancestor.Node;
            for (int i = node.AttributeBase; i < node.AttributeBase + node.AttributeCount; i++)
            {
                if (records[i].IsDeclaration)
                {
                    namespaces.DeclareOutside(records[i]);
                }
            }
        }
    }

    private void StartTag()
    {
        CanonicalNamespaces.Mark mark = namespaces.Position;
        Span<AttributeRecord> attributes = tokens.Attributes;
        int attributeCount = 0;
        if (!attributes.IsEmpty)
        {
            attributeCount = Prepare(attributes);
        }
        if (tokens.Start == apex.Start)
        {
            namespaces.UseListed();
        }
        namespaces.Use(tokens.Start + 1, tokens.PrefixLength);
        int nameEnd = tokens.NameEnd;
        if (!tokens.IsEmptyElement && IsCanonical(attributes, attributeCount, nameEnd))
        {
            Extend();
        }
        else
        {
            Flush();
            Write(attributes, attributeCount, nameEnd);
        }
        namespaces.Leave();
        if (tokens.IsEmptyElement)
        {
            namespaces.Return(mark);
            return;
        }
        int depth = tokens.Depth - 1;
        if (depth == marks.Length)
        {
            Pooled.Grow(ref marks, depth);
        }
        marks[depth] = mark;
    }

    /// <summary>Declares namespaces, marks prefixes as used and sorts; returns the number of attributes without declarations.</summary>
    private int Prepare(Span<AttributeRecord> attributes)
    {
        if (order.Length < attributes.Length)
        {
            Pooled.Grow(ref order, 0, attributes.Length);
        }
        int attributeCount = 0;
        for (int i = 0; i < attributes.Length; i++)
        {
            if (attributes[i].IsDeclaration)
            {
                namespaces.Declare(attributes[i]);
            }
            else
            {
                order[attributeCount++] = i;
            }
        }
        foreach (int i in order.AsSpan(0, attributeCount))
        {
            ref AttributeRecord attribute = ref attributes[i];
            attribute.Binding = attribute.PrefixLength == 0
                ? AttributeRecord.NoNamespace
                : namespaces.Use(attribute.NameStart, attribute.PrefixLength);
        }
        if (attributeCount > 1)
        {
            Sort(attributes, order.AsSpan(0, attributeCount));
        }
        return attributeCount;
    }

    /// <summary>By namespace URI, then local name. Binary insertion: few comparisons even for a tag full of attributes.</summary>
    private readonly void Sort(ReadOnlySpan<AttributeRecord> attributes, Span<int> items)
    {
        for (int i = 1; i < items.Length; i++)
        {
            int item = items[i];
            if (Compare(attributes[items[i - 1]], attributes[item]) <= 0)
            {
                continue;
            }
            int low = 0;
            int high = i - 1;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (Compare(attributes[items[middle]], attributes[item]) > 0)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }
            items[low..i].CopyTo(items[(low + 1)..]);
            items[low] = item;
        }
    }

    private readonly int Compare(in AttributeRecord a, in AttributeRecord b)
    {
        if (a.Binding != b.Binding)
        {
            int byUri = Uri(a.Binding).SequenceCompareTo(Uri(b.Binding));
            if (byUri != 0)
            {
                return byUri;
            }
        }
        return a.Local(document).SequenceCompareTo(b.Local(document));
    }

    private readonly ReadOnlySpan<byte> Uri(int state) => state switch
    {
        AttributeRecord.NoNamespace => default,
        AttributeRecord.XmlNamespace => XmlNamespaces.Xml,
        _ => namespaces.Uri(state),
    };

    /// <summary>The start tag is, byte for byte, what would be written.</summary>
    private readonly bool IsCanonical(ReadOnlySpan<AttributeRecord> attributes, int attributeCount, int nameEnd)
    {
        ReadOnlySpan<int> pending = namespaces.Pending;
        if (pending.Length + attributeCount != attributes.Length)
        {
            return false;
        }
        int p = nameEnd;
        for (int i = 0; i < attributes.Length; i++)
        {
            ref readonly AttributeRecord attribute = ref attributes[i];
            bool inPlace = i < pending.Length
                ? attribute.IsDeclaration
                    && namespaces.IsDeclaredAt(pending[i], attribute.PrefixLength == 0 ? attribute.NameStart : attribute.LocalStart)
                : order[i - pending.Length] == i;
            if (!inPlace
                || attribute.NeedsDecoding
                || attribute.NameStart != p + 1
                || document[p] != ' '
                || attribute.ValueStart != attribute.NameEnd + 2
                || document[attribute.ValueEnd] != '"')
            {
                return false;
            }
            p = attribute.ValueEnd + 1;
        }
        return p == tokens.End - 1;
    }

    private readonly void Write(ReadOnlySpan<AttributeRecord> attributes, int attributeCount, int nameEnd)
    {
        ReadOnlySpan<byte> name = document[(tokens.Start + 1)..nameEnd];
        sink.Write(document[tokens.Start..nameEnd]);
        foreach (int state in namespaces.Pending)
        {
            ReadOnlySpan<byte> prefix = namespaces.Prefix(state);
            sink.Write(prefix.IsEmpty ? " xmlns"u8 : " xmlns:"u8);
            sink.Write(prefix);
            sink.Write("=\""u8);
            CanonicalEscapes.WriteDecodedValue(sink, namespaces.Uri(state));
            sink.Write((byte)'"');
        }
        foreach (int i in order.AsSpan(0, attributeCount))
        {
            ref readonly AttributeRecord attribute = ref attributes[i];
            sink.Write((byte)' ');
            sink.Write(document[attribute.NameStart..attribute.NameEnd]);
            sink.Write("=\""u8);
            CanonicalEscapes.WriteAttributeValue(sink, attribute.Value(document));
            sink.Write((byte)'"');
        }
        sink.Write((byte)'>');
        if (tokens.IsEmptyElement)
        {
            sink.Write("</"u8);
            sink.Write(name);
            sink.Write((byte)'>');
        }
    }

    private void EndTag()
    {
        if (!XmlChars.IsWhite(document[tokens.End - 2]))
        {
            Extend();
            return;
        }
        Flush();
        sink.Write(document[tokens.Start..(tokens.End - 1)].TrimEnd(" \t\r\n"u8));
        sink.Write((byte)'>');
    }

    /// <summary>Takes the token over as it is.</summary>
    private void Extend()
    {
        if (runEnd != tokens.Start)
        {
            Flush();
            runStart = tokens.Start;
        }
        runEnd = tokens.End;
    }

    private void Flush()
    {
        if (runEnd > runStart)
        {
            sink.Write(document[runStart..runEnd]);
        }
        runStart = runEnd = tokens.End;
    }
}
