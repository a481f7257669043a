using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// Notices, while the content of an opaque element is parsed, whether its octets are canonical form already: that of senders which write
/// no more than they must, as serializers do. Gives up at the first octet for which this is not plain.
/// </summary>
/// <remarks>
/// A declaration is written where it stands if a name in its tag uses it or it is listed, and nothing around it that is written says the
/// same. So it is enough to know the prefixes, and that no declaration repeats the one in scope. A declaration that takes the default
/// namespace away depends on more, and is not plain.
/// </remarks>
internal ref struct ContentWatch
{
    private const int MaxPrefixes = 32;
    private const int MaxEmptyTags = 1024 * 1024;
    private const int NoBinding = -3;
    private const int LongText = 1024;

    private readonly ReadOnlySpan<byte> _document;
    private readonly List<(int Start, int Length, PrefixNote Note)> _prefixes = new(4);
    private readonly int _start;
    private readonly int _firstRecord;
    private int[] _emptyTags = [];
    private int _emptyTagCount;
    private int _lastOutside = NoBinding;
    private bool _hasWords;

    /// <summary>Begins with the content of an element.</summary>
    /// <param name="document">The document.</param>
    /// <param name="start">Where the content begins.</param>
    /// <param name="firstRecord">The number of the first attribute record that may be one of the content.</param>
    /// <param name="looksForWords">Whether to find out if words stand before colons: for a sender, who lists prefixes.</param>
    public ContentWatch(ReadOnlySpan<byte> document, int start, int firstRecord, bool looksForWords)
    {
        _hasWords = !looksForWords;
        _document = document;
        _start = start;
        _firstRecord = firstRecord;
        IsPlain = true;
    }

    /// <summary>Whether all that came so far is plain.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>What was noticed, at the end of the content; null when it is not plain.</summary>
    public readonly CanonicalContent? Content =>
        IsPlain ? new CanonicalContent(_emptyTags, _emptyTagCount, [.. _prefixes], _hasWords) : null;

    /// <summary>To be called for each text, CDATA section and comment.</summary>
    public void Text(in Utf8XmlTokenizer tokens)
    {
        var text = _document[tokens.ContentStart..tokens.ContentEnd];
        IsPlain = tokens.Kind == XmlTokenKind.Text && !(tokens.HasCarriageReturns | tokens.HasGreaterThan)
            && (!tokens.HasReferences || CanonicalEscapes.AreCanonical(text));
        NoteWords(text);
    }

    /// <summary>To be called for each element that comes as one token.</summary>
    /// <param name="tokens">The element.</param>
    /// <param name="binding">The binding of its prefix.</param>
    public void Leaf(in Utf8XmlTokenizer tokens, int binding)
    {
        Name(tokens, binding);
        NoteWords(_document[tokens.ContentStart..tokens.ContentEnd]);
    }

    /// <summary>To be called for each end tag.</summary>
    public void EndTag(in Utf8XmlTokenizer tokens) => IsPlain = !XmlChars.IsWhite(_document[tokens.End - 2]);

    /// <summary>To be called for each start tag, when its declarations are in scope.</summary>
    /// <param name="tokens">The tag.</param>
    /// <param name="scope">The declarations in scope.</param>
    /// <param name="scopeCount">How many of them are declared outside the tag.</param>
    /// <param name="binding">The binding of its prefix.</param>
    public void StartTag(in Utf8XmlTokenizer tokens, in NamespaceScope scope, int scopeCount, int binding)
    {
        var end = tokens.End - (tokens.IsEmptyElement ? 2 : 1);
        if (tokens.AttributeCount == 0 ? tokens.NameEnd != end : !AreOrdered(tokens, end))
        {
            IsPlain = false;
            return;
        }

        foreach (ref readonly var attribute in tokens.Attributes)
        {
            if (!attribute.IsDeclaration)
            {
                NoteWords(attribute.Value(_document));
            }
        }

        if (tokens.HasQualifiedAttributes)
        {
            NoteAttributes(tokens, scope, scopeCount, binding);
        }

        Name(tokens, binding);
        if (tokens.IsEmptyElement)
        {
            NoteEmptyTag(end);
        }
    }

    // A long text is looked at when it is known that somebody asks.
    private void NoteWords(ReadOnlySpan<byte> value) => _hasWords = _hasWords || value.Length >= LongText || PrefixSurvey.HasWords(value);

    private void Name(in Utf8XmlTokenizer tokens, int binding)
    {
        if (binding != _lastOutside && IsOutside(binding))
        {
            _lastOutside = binding;
            Note(tokens.Start + 1, tokens.PrefixLength, PrefixNote.Outside);
        }
    }

    // A name without prefix and namespace counts as outside, too: the element may have written a default namespace.
    private readonly bool IsOutside(int binding) => binding < _firstRecord && binding != AttributeRecord.XmlNamespace;

    private void NoteEmptyTag(int end)
    {
        if (_emptyTagCount == MaxEmptyTags)
        {
            IsPlain = false;
            return;
        }

        if (_emptyTagCount == _emptyTags.Length)
        {
            Array.Resize(ref _emptyTags, Math.Max(16, _emptyTagCount * 2));
        }

        _emptyTags[_emptyTagCount++] = end - _start;
    }

    /// <summary>Whether the attributes have canonical order, and between them stands what canonical form has there.</summary>
    private readonly bool AreOrdered(in Utf8XmlTokenizer tokens, int end)
    {
        var p = tokens.NameEnd;
        var attributes = tokens.Attributes;
        for (var i = 0; i < attributes.Length; i++)
        {
            ref readonly var attribute = ref attributes[i];
            if (attribute.NeedsDecoding
                || attribute.NameStart != p + 1
                || _document[p] != ' '
                || attribute.ValueStart != attribute.NameEnd + 2
                || _document[attribute.ValueEnd] != '"'
                || (i > 0 && !AreOrdered(attributes[i - 1], attribute)))
            {
                return false;
            }

            p = attribute.ValueEnd + 1;
        }

        return p == end;
    }

    private readonly bool AreOrdered(in AttributeRecord first, in AttributeRecord second)
    {
        if (first.IsDeclaration | second.IsDeclaration)
        {
            return first.IsDeclaration
                && (!second.IsDeclaration || first.DeclaredPrefix(_document).SequenceCompareTo(second.DeclaredPrefix(_document)) < 0);
        }

        // Namespaces are not compared: those of two prefixes may be in either order.
        return first.PrefixLength == 0 && second.PrefixLength != 0
            || ((first.PrefixLength == 0) == (second.PrefixLength == 0)
                && first.Binding == second.Binding
                && first.Local(_document).SequenceCompareTo(second.Local(_document)) < 0);
    }

    private void NoteAttributes(in Utf8XmlTokenizer tokens, in NamespaceScope scope, int scopeCount, int binding)
    {
        for (var i = tokens.AttributeBase; i < tokens.AttributeBase + tokens.AttributeCount; i++)
        {
            ref readonly var attribute = ref tokens.Records[i];
            if (attribute.IsDeclaration)
            {
                IsPlain &= attribute.ValueLength != 0 && !scope.Repeats(tokens.Records, attribute, scopeCount)
                    && !attribute.DeclaredPrefix(_document).SequenceEqual("xml"u8);
                var isUsed = binding == i || IsBound(tokens.Attributes, i);
                Note(attribute.PrefixLength == 0 ? attribute.NameStart : attribute.LocalStart,
                    attribute.PrefixLength == 0 ? 0 : attribute.LocalLength, isUsed ? PrefixNote.Used : PrefixNote.Unused);
            }
            else if (attribute.PrefixLength != 0)
            {
                if (IsOutside(attribute.Binding))
                {
                    Note(attribute.NameStart, attribute.PrefixLength, PrefixNote.Outside);
                }

                // xsi:type="X" means the default namespace.
                if (attribute.Local(_document).SequenceEqual("type"u8) && !attribute.Value(_document).Contains((byte)':'))
                {
                    Note(attribute.NameStart, 0, PrefixNote.Value);
                }
            }
        }
    }

    private static bool IsBound(ReadOnlySpan<AttributeRecord> attributes, int binding)
    {
        foreach (ref readonly var attribute in attributes)
        {
            if (!attribute.IsDeclaration && attribute.PrefixLength != 0 && attribute.Binding == binding)
            {
                return true;
            }
        }

        return false;
    }

    private void Note(int start, int length, PrefixNote note)
    {
        var prefix = _document.Slice(start, length);
        foreach (ref var known in CollectionsMarshal.AsSpan(_prefixes))
        {
            if (known.Note == note && _document.Slice(_start + known.Start, known.Length).SequenceEqual(prefix))
            {
                return;
            }
        }

        IsPlain &= _prefixes.Count < MaxPrefixes;
        if (IsPlain)
        {
            _prefixes.Add((start - _start, length, note));
        }
    }
}
