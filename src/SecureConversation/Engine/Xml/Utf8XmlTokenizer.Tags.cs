using System.Buffers;
using System.Runtime.CompilerServices;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <content>Start tags, end tags, names and attributes.</content>
internal ref partial struct Utf8XmlTokenizer
{
    private static readonly SearchValues<byte> DoubleQuotedStops = SearchValues.Create("\"<&\t\n\r"u8);
    private static readonly SearchValues<byte> SingleQuotedStops = SearchValues.Create("'<&\t\n\r"u8);

    private void ReadStartTag(int at)
    {
        if (Depth == 0 && rootSeen)
        {
            Malformed("second root");
        }
        rootSeen = true;
        int p = ReadName(at + 1, out int prefixLength, out int localLength);
        int nameEnd = p;
        PrefixLength = prefixLength;
        LocalLength = localLength;
        AttributeCount = 0;
        HasQualifiedAttributes = false;
        while (true)
        {
            int gap = SkipWhite(p);
            if (gap >= end)
            {
                Malformed("tag ends early");
            }
            byte c = document[gap];
            if (c == '>')
            {
                IsEmptyElement = false;
                position = gap + 1;
                break;
            }
            if (c == '/')
            {
                if (gap + 1 >= end || document[gap + 1] != '>')
                {
                    Malformed("tag");
                }
                IsEmptyElement = true;
                position = gap + 2;
                break;
            }
            if (gap == p)
            {
                Malformed("white space missing in tag");
            }
            p = ReadAttribute(gap);
        }
        Kind = XmlTokenKind.StartTag;
        Push(at + 1, nameEnd - at - 1);
    }

    private void Push(int nameStart, int nameLength)
    {
        if (Depth >= limits.MaxDepth)
        {
            Fail.With(FailureCode.LimitExceeded, "depth");
        }
        if (IsEmptyElement)
        {
            return;
        }
        if (Depth == open.Length)
        {
            Pooled.Grow(ref open, Depth);
        }
        ref OpenTag tag = ref open[Depth];
        tag.NameStart = nameStart;
        tag.NameLength = nameLength;
        Depth++;
    }

    private void ReadEndTag(int at)
    {
        if (Depth == 0)
        {
            Malformed("end tag without start tag");
        }
        OpenTag tag = open[Depth - 1];
        int nameStart = at + 2;
        int p = nameStart + tag.NameLength;
        if (p >= end || !document.Slice(nameStart, tag.NameLength).SequenceEqual(document.Slice(tag.NameStart, tag.NameLength)))
        {
            Malformed("end tag does not match");
        }
        if (document[p] != '>')
        {
            p = SkipWhite(p);
            if (p >= end || document[p] != '>')
            {
                Malformed("end tag");
            }
        }
        Kind = XmlTokenKind.EndTag;
        position = p + 1;
        Depth--;
    }

    private int ReadAttribute(int at)
    {
        if (AttributeCount >= limits.MaxAttributesPerElement)
        {
            Fail.With(FailureCode.LimitExceeded, "attributes");
        }
        int index = AttributeBase + AttributeCount;
        if (index == attributes.Length)
        {
            Pooled.Grow(ref attributes, index);
        }
        int p = ReadName(at, out int prefixLength, out int localLength);
        ref AttributeRecord record = ref attributes[index];
        record.NameStart = at;
        record.PrefixLength = (ushort)prefixLength;
        record.LocalLength = (ushort)localLength;
        record.Binding = AttributeRecord.NoNamespace;
        record.IsDeclaration = prefixLength == 0
            ? localLength == 5 && document.Slice(at, 5).SequenceEqual("xmlns"u8)
            : prefixLength == 5 && document.Slice(at, 5).SequenceEqual("xmlns"u8);
        HasQualifiedAttributes |= record.IsDeclaration || prefixLength != 0;
        AttributeCount++;

        p = SkipWhite(p);
        if (p >= end || document[p] != '=')
        {
            Malformed("attribute without value");
        }
        p = SkipWhite(p + 1);
        byte quote = p < end ? document[p] : (byte)0;
        if (quote is not ((byte)'"' or (byte)'\''))
        {
            Malformed("attribute value without quotes");
        }
        record.ValueStart = p + 1;
        record.ValueEnd = SkipValue(p + 1, quote, out record.NeedsDecoding);
        return record.ValueEnd + 1;
    }

    /// <summary>Position of the closing quote.</summary>
    private readonly int SkipValue(int at, byte quote, out bool needsDecoding)
    {
        SearchValues<byte> stops = quote == '"' ? DoubleQuotedStops : SingleQuotedStops;
        needsDecoding = false;
        while (true)
        {
            int run = document[at..end].IndexOfAny(stops);
            if (run < 0)
            {
                Malformed("attribute value ends early");
            }
            at += run;
            byte stop = document[at];
            if (stop == quote)
            {
                return at;
            }
            if (stop == '<')
            {
                Malformed("< in attribute value");
            }
            needsDecoding = true;
            int length = 1;
            if (stop == '&')
            {
                XmlReferences.Read(document[at..end], out length);
            }
            at += length;
        }
    }

    /// <summary>A QName (Namespaces in XML 1.0, production 7); returns the position behind it.</summary>
    private readonly int ReadName(int at, out int prefixLength, out int localLength)
    {
        ReadOnlySpan<byte> text = document[..end];
        ReadOnlySpan<byte> table = XmlChars.Table;
        prefixLength = 0;
        int part = at;
        int p = at;
        while (true)
        {
            p = SkipNameStart(p);
            while ((uint)p < (uint)text.Length)
            {
                byte c = text[p];
                if ((table[c] & XmlChars.Name) != 0)
                {
                    p++;
                }
                else if (c >= 0x80 && XmlChars.IsName(text[p..], first: false, out int length))
                {
                    p += length;
                }
                else
                {
                    break;
                }
            }
            if (p >= text.Length || text[p] != ':' || part != at)
            {
                break;
            }
            prefixLength = p - at;
            part = ++p;
        }
        localLength = p - part;
        if (p - at > limits.MaxNameBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "name length");
        }
        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int SkipNameStart(int at)
    {
        if (at < end)
        {
            byte c = document[at];
            if ((XmlChars.Table[c] & XmlChars.NameStart) != 0)
            {
                return at + 1;
            }
            if (c >= 0x80 && XmlChars.IsName(document[at..end], first: true, out int length))
            {
                return at + length;
            }
        }
        Malformed("name");
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int SkipWhite(int at)
    {
        while (at < end && XmlChars.IsWhite(document[at]))
        {
            at++;
        }
        return at;
    }
}
