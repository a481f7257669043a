namespace SecureConversation.Engine.Xml;

/// <content>What is canonical form already, as far as that is known before it is read.</content>
internal ref partial struct CanonicalizerRun
{
    /// <summary>Copies the content of the apex at once, where that is its canonical form.</summary>
    private void CopyContent()
    {
        var content = _content!;
        _content = null;
        if (_namespaces.Keeps(content, _apex.ContentStart))
        {
            Flush();
            content.Write(_sink, _document[_apex.ContentStart.._apex.ContentEnd]);
            _tokens.Skip(_apex.ContentEnd);
            _runStart = _runEnd = _apex.ContentEnd;
        }
    }

    /// <summary>An element without attributes, and with a plain text: nothing but a declaration may have to be added.</summary>
    private void Leaf()
    {
        var mark = _namespaces.Position;
        _namespaces.Use(_tokens.Start + 1, _tokens.PrefixLength);
        if (_namespaces.Pending.IsEmpty)
        {
            Extend();
        }
        else
        {
            Flush();
            Write([], 0, _tokens.NameEnd);
            _sink.Write(_document[(_tokens.NameEnd + 1).._tokens.End]);
        }

        _namespaces.Leave();
        _namespaces.Return(mark);
    }

    private void EndTag()
    {
        if (!XmlChars.IsWhite(_document[_tokens.End - 2]))
        {
            Extend();
            return;
        }

        Flush();
        _sink.Write(_document[_tokens.Start..(_tokens.End - 1)].TrimEnd(" \t\r\n"u8));
        _sink.Write((byte)'>');
    }
}
