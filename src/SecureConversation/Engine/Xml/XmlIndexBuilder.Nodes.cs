using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <content>The table of nodes.</content>
internal ref partial struct XmlIndexBuilder
{
    /// <summary>Records a child in its parent; true when the child gets a node.</summary>
    private readonly bool NoteChild(ref Frame parent)
    {
        if (parent.Node < 0)
        {
            return false;
        }

        ref var node = ref _nodes[parent.Node];
        var first = !parent.HasChild;
        parent.HasChild = true;
        node.Flags |= XmlNodeFlags.NotPlain;
        if (!parent.IsOpaque || (first && parent.IsOpaqueElement))
        {
            return true;
        }

        node.Flags |= XmlNodeFlags.HasUnindexed;
        return false;
    }

    private int AddNode(int binding, int depth)
    {
        if (_nodeCount >= _limits.MaxIndexedNodes)
        {
            Fail.With(FailureCode.LimitExceeded, "elements outside the body", expected: FailureText.AtMost(_limits.MaxIndexedNodes));
        }

        _indexedAttributes += _tokens.AttributeCount;
        if (_indexedAttributes > _limits.MaxIndexedAttributes)
        {
            Fail.With(FailureCode.LimitExceeded, "attributes of all elements outside the body",
                expected: FailureText.AtMost(_limits.MaxIndexedAttributes));
        }

        if (_nodeCount == _nodes.Length)
        {
            Pooled.Grow(ref _nodes, _nodeCount);
        }

        var number = _nodeCount++;
        var parent = XmlNode.None;
        if (depth > 0)
        {
            ref var frame = ref _frames[depth - 1];
            parent = frame.Node;
            if (frame.LastChild >= 0)
            {
                _nodes[frame.LastChild].NextSibling = number;
            }
            else
            {
                _nodes[parent].FirstChild = number;
            }

            frame.LastChild = number;
        }

        _nodes[number] = new XmlNode
        {
            Start = _tokens.Start,
            ContentStart = _tokens.End,
            ContentEnd = _tokens.End,
            End = _tokens.End,
            Parent = parent,
            FirstChild = XmlNode.None,
            NextSibling = XmlNode.None,
            Binding = binding,
            AttributeBase = _tokens.AttributeBase,
            AttributeCount = (ushort)_tokens.AttributeCount,
            PrefixLength = (ushort)_tokens.PrefixLength,
            LocalLength = (ushort)_tokens.LocalLength,
            Flags = _tokens.IsEmptyElement ? XmlNodeFlags.EmptyElementTag : XmlNodeFlags.None,
        };
        return number;
    }
}
