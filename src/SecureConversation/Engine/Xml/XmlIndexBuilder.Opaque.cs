using System.Diagnostics;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <content>The opaque element, whose content gets no nodes.</content>
internal ref partial struct XmlIndexBuilder
{
    /// <summary>The same as a start tag, a text and an end tag, for an element that has nothing to keep.</summary>
    private void NoteLeaf()
    {
        RefuseXmlnsPrefix();
        var binding = _scope.Resolve(_tokens.Records, _tokens.Start + 1, _tokens.PrefixLength);
        if (_watch.IsPlain)
        {
            _watch.Leaf(_tokens, binding);
        }

        ref var parent = ref _frames[_tokens.Depth - 1];
        if (parent.Node >= 0)
        {
            NoteChild(ref parent);
        }
    }

    private readonly void RefuseXmlnsPrefix()
    {
        if (_tokens.PrefixLength == 5 && _document.Slice(_tokens.Start + 1, 5).SequenceEqual("xmlns"u8))
        {
            Fail.With(FailureCode.NotWellFormed, "element with prefix xmlns");
        }
    }

    private void OpenOpaque(int node)
    {
        _opaqueNode = node;
        if (_known.IsNull)
        {
            _watch = new ContentWatch(_document, _tokens.End, _tokens.AttributeBase, looksForWords: !_spliced);
        }
        else if (!_known.IsEmptyElementTag)
        {
            TakeKnown(node);
        }
    }

    /// <summary>
    /// Checks the characters of the document, but for the known content, which stands as far from the end as it did: if it does not, all
    /// of them are checked when it is found.
    /// </summary>
    private void ValidateAround()
    {
        var content = _known.ContentEnd - _known.ContentStart;
        _knownStart = _document.Length - (_known.Index.Bytes.Length - _known.ContentStart);
        XmlChars.Validate(_document[.._knownStart]);
        XmlChars.Validate(_document[(_knownStart + content)..]);
    }

    /// <summary>Takes the content of the opaque element as the other document has it, and reads the tags of its first child.</summary>
    private void TakeKnown(int node)
    {
        var moved = _tokens.End - _known.ContentStart;
        Debug.Assert(
            _document[_tokens.End..].StartsWith(_known.Index.Bytes[_known.ContentStart..(_known.End - 1)]),
            "another content");
        if (_tokens.End != _knownStart)
        {
            XmlChars.Validate(_document);
        }

        var child = _known.FirstChild;
        if (!child.IsNull)
        {
            _tokens.Skip(child.Start + moved);
            _tokens.Read();
            Open();
            _nodes[_nodeCount - 1].Flags |= child.Node.Flags;
            if (!child.IsEmptyElementTag)
            {
                _tokens.Skip(child.ContentEnd + moved);
                _tokens.Read();
                Close();
            }
        }

        _nodes[node].Flags |= _known.Node.Flags;
        _tokens.Skip(_known.ContentEnd + moved);
        _content = _known.Content is { } content && !RepeatsNew(content, _known.ContentStart + moved) ? content : null;
    }

    /// <summary>Whether the content declares a prefix that only this document declares outside it.</summary>
    private readonly bool RepeatsNew(CanonicalContent content, int contentStart)
    {
        foreach (var (start, length, note) in content.Prefixes)
        {
            var prefix = _document.Slice(contentStart + start, length);
            if (note is PrefixNote.Used or PrefixNote.Unused
                && _scope.Declares(contentStart + start, length) && !_known.TryLookupNamespace(prefix, out _))
            {
                return true;
            }
        }

        return false;
    }
}
