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
        if (Depth == 0 && _rootSeen)
        {
            Malformed("second root");
        }

        _rootSeen = true;
        var p = ReadName(at + 1, out var prefixLength, out var localLength);
        var nameEnd = p;
        PrefixLength = prefixLength;
        LocalLength = localLength;
        AttributeCount = 0;
        HasQualifiedAttributes = false;
        if (Depth >= JoinsFrom && Depth < _limits.MaxDepth && LeafEnd(at + 1, p) is > 0 and var leafEnd)
        {
            Kind = XmlTokenKind.Leaf;
            IsEmptyElement = false;
            ContentStart = p + 1;
            ContentEnd = leafEnd - (nameEnd - at) - 2;
            _position = leafEnd;
            return;
        }

        while (true)
        {
            var gap = SkipWhite(p);
            if (gap >= _end)
            {
                Malformed("tag ends early");
            }

            var c = _document[gap];
            if (c == '>')
            {
                IsEmptyElement = false;
                _position = gap + 1;
                break;
            }

            if (c == '/')
            {
                if (gap + 1 >= _end || _document[gap + 1] != '>')
                {
                    Malformed("tag");
                }

                IsEmptyElement = true;
                _position = gap + 2;
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

    /// <summary>
    /// Where the element ends whose name is all of its start tag and whose content is plain text; 0 if there is more to it, or less.
    /// </summary>
    private readonly int LeafEnd(int nameStart, int nameEnd)
    {
        var text = _document[..Math.Min(_end, TextLimit)];
        if (nameEnd >= text.Length || text[nameEnd] != '>')
        {
            return 0;
        }

        var content = nameEnd + 1;
        var run = XmlChars.TryFindStop(text, content, out var near) ? near : text[content..].IndexOfAny(TextStops);
        var contentEnd = content + run;
        var length = nameEnd - nameStart + 1;
        return run >= 0
            && length + 2 <= text.Length - contentEnd
            && text[contentEnd] == '<'
            && text[contentEnd + 1] == '/'
            && text.Slice(contentEnd + 2, length).SequenceEqual(text.Slice(nameStart, length)) ? contentEnd + 2 + length : 0;
    }

    private void Push(int nameStart, int nameLength)
    {
        if (Depth >= _limits.MaxDepth)
        {
            Fail.With(FailureCode.LimitExceeded, "depth", expected: FailureText.AtMost(_limits.MaxDepth));
        }

        if (IsEmptyElement)
        {
            return;
        }

        if (Depth == _open.Length)
        {
            Pooled.Grow(ref _open, Depth);
        }

        ref var tag = ref _open[Depth];
        tag.NameStart = nameStart;
        tag.NameLength = nameLength;
        Depth++;
    }

    private void ReadEndTag(int at)
    {
        if (Depth == _floor)
        {
            Malformed("end tag without start tag");
        }

        var tag = _open[Depth - 1];
        var nameStart = at + 2;
        var p = nameStart + tag.NameLength;
        if (p >= _end || !_document.Slice(nameStart, tag.NameLength).SequenceEqual(_document.Slice(tag.NameStart, tag.NameLength)))
        {
            Malformed("end tag does not match");
        }

        if (_document[p] != '>')
        {
            p = SkipWhite(p);
            if (p >= _end || _document[p] != '>')
            {
                Malformed("end tag");
            }
        }

        Kind = XmlTokenKind.EndTag;
        _position = p + 1;
        Depth--;
    }

    private int ReadAttribute(int at)
    {
        if (AttributeCount >= _limits.MaxAttributesPerElement)
        {
            Fail.With(FailureCode.LimitExceeded, "attributes of an element",
                expected: FailureText.AtMost(_limits.MaxAttributesPerElement, "MaxAttributesPerElement"));
        }

        var index = AttributeBase + AttributeCount;
        if (index == _attributes.Length)
        {
            Pooled.Grow(ref _attributes, index);
        }

        var p = ReadName(at, out var prefixLength, out var localLength);
        ref var record = ref _attributes[index];
        record.NameStart = at;
        record.PrefixLength = (ushort)prefixLength;
        record.LocalLength = (ushort)localLength;
        record.Binding = AttributeRecord.NoNamespace;
        record.UriHash = 0;
        record.IsDeclaration = prefixLength == 0
            ? localLength == 5 && _document.Slice(at, 5).SequenceEqual("xmlns"u8)
            : prefixLength == 5 && _document.Slice(at, 5).SequenceEqual("xmlns"u8);
        HasQualifiedAttributes |= record.IsDeclaration || prefixLength != 0;
        AttributeCount++;

        p = SkipWhite(p);
        if (p >= _end || _document[p] != '=')
        {
            Malformed("attribute without value");
        }

        p = SkipWhite(p + 1);
        var quote = p < _end ? _document[p] : (byte)0;
        if (quote is not ((byte)'"' or (byte)'\''))
        {
            Malformed("attribute value without quotes");
        }

        record.ValueStart = p + 1;
        record.ValueEnd = SkipValue(p + 1, quote, out record.NeedsDecoding);
        return record.ValueEnd + 1;
    }

    /// <summary>Skips an attribute value; returns the position of its closing quote.</summary>
    private readonly int SkipValue(int at, byte quote, out bool needsDecoding)
    {
        var stops = quote == '"' ? DoubleQuotedStops : SingleQuotedStops;
        needsDecoding = false;
        while (true)
        {
            var run = _document[at.._end].IndexOfAny(stops);
            if (run < 0)
            {
                Malformed("attribute value ends early");
            }

            at += run;
            var stop = _document[at];
            if (stop == quote)
            {
                return at;
            }

            if (stop == '<')
            {
                Malformed("< in attribute value");
            }

            needsDecoding = true;
            var length = 1;
            if (stop == '&')
            {
                XmlReferences.Read(_document[at.._end], out length);
            }

            at += length;
        }
    }

    /// <summary>Reads a QName (Namespaces in XML 1.0, production 7); returns the position after it.</summary>
    private readonly int ReadName(int at, out int prefixLength, out int localLength)
    {
        if (XmlChars.TryMeasureName(_document, at, out prefixLength, out localLength) is > 0 and var known && known < _end)
        {
            RequireNameLength(known - at);
            return known;
        }

        var text = _document[.._end];
        var table = XmlChars.Table;
        prefixLength = 0;
        var part = at;
        var p = at;
        while (true)
        {
            p = SkipNameStart(p);
            while ((uint)p < (uint)text.Length)
            {
                var c = text[p];
                if ((table[c] & XmlChars.Name) != 0)
                {
                    p++;
                }
                else if (c >= 0x80 && XmlChars.IsName(text[p..], first: false, out var length))
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
        RequireNameLength(p - at);
        return p;
    }

    private readonly void RequireNameLength(int length)
    {
        if (length > _limits.MaxNameBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "name length", expected: FailureText.AtMost(_limits.MaxNameBytes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int SkipNameStart(int at)
    {
        if (at < _end)
        {
            var c = _document[at];
            if ((XmlChars.Table[c] & XmlChars.NameStart) != 0)
            {
                return at + 1;
            }

            if (c >= 0x80 && XmlChars.IsName(_document[at.._end], first: true, out var length))
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
        while (at < _end && XmlChars.IsWhite(_document[at]))
        {
            at++;
        }

        return at;
    }
}
