namespace SecureConversation.Engine.Xml;

/// <content>A document that is another one with fragments in place of elements: what stands around them was read there.</content>
internal ref partial struct XmlIndexBuilder
{
    /// <summary>Takes all elements over, and reads the fragments where they stand.</summary>
    private void TakeOver(XmlElement element)
    {
        while (true)
        {
            if (IsReplaced(element))
            {
                ReadFragment(element);
            }
            else
            {
                OpenKnown(element);
                if (!element.FirstChild.IsNull)
                {
                    element = element.FirstChild;
                    continue;
                }

                CloseKnown(element);
            }

            while (element.NextSibling.IsNull)
            {
                element = element.Parent;
                if (element.IsNull)
                {
                    return;
                }

                CloseKnown(element);
            }

            element = element.NextSibling;
        }
    }

    private readonly bool IsReplaced(XmlElement element) =>
        !element.IsNull && _fragment < _fragments.Length && element.Start + _moved == _fragments[_fragment].Start;

    private void ReadFragment(XmlElement replaced)
    {
        var fragment = _fragments[_fragment];
        _tokens.Within(fragment.Start, fragment.End);
        ReadTokens();
        _moved = fragment.End - replaced.End;
        _fragment++;
    }

    private void OpenKnown(XmlElement element)
    {
        _tokens.Enter(element.Node, element.Records, _moved);
        Open();
        if (element.IsEmptyElementTag)
        {
            return;
        }

        // A fragment that need not be one element is all of the content, which is read; all other content is known.
        var hasFragment = IsReplaced(element.FirstChild) && !_fragments[_fragment].SingleElement;
        _frames[_tokens.Depth - 1].HasFragment = hasFragment;
        if (!hasFragment)
        {
            _watch = default;
        }
    }

    private void CloseKnown(XmlElement element)
    {
        if (element.IsEmptyElementTag)
        {
            return;
        }

        var frame = _frames[_tokens.Depth - 1];
        _tokens.Leave(element.Node, _moved);
        Close();
        if (frame.Node < 0 || frame.HasFragment)
        {
            return;
        }

        _nodes[frame.Node].Flags |= element.Node.Flags;
        if (frame.Node == _opaqueNode)
        {
            _content = element.Content;
        }
    }
}
