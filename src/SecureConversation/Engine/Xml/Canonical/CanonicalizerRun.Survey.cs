namespace SecureConversation.Engine.Xml;

// The part that reads text, attribute values and names for a survey of prefixes.
internal ref partial struct CanonicalizerRun
{
    private void SurveyText()
    {
        var continues = _pieceEnd == _tokens.Start;
        _pieceEnd = _tokens.End;
        if (_tokens.Kind != XmlTokenKind.Comment && _tokens.Start >= _survey!.Boundary)
        {
            SurveyValue(_document[_tokens.ContentStart.._tokens.ContentEnd], _tokens.HasReferences, continues);
        }
    }

    private readonly void SurveyTag(ReadOnlySpan<AttributeRecord> attributes)
    {
        if (_tokens.Start < _survey!.Boundary)
        {
            return;
        }

        if (_survey.IsSealed(_tokens.Start))
        {
            SurveyDeclarations(attributes);
            SurveyNames(attributes);
        }

        var isPrefixed = _tokens.PrefixLength != 0;
        if (_survey.ReadsNames || (isPrefixed && HasHiddenDefault(attributes)))
        {
            Refer(_document.Slice(_tokens.Start + 1, _survey.ReadsNames ? _tokens.PrefixLength : 0));
        }

        foreach (ref readonly var attribute in attributes)
        {
            if (attribute.IsDeclaration)
            {
                continue;
            }

            var value = attribute.Value(_document);
            SurveyValue(value, attribute.NeedsDecoding, continues: false);
            if (attribute.PrefixLength == 0)
            {
                continue;
            }

            if (_survey.ReadsNames)
            {
                Refer(attribute.Prefix(_document));
            }

            // xsi:type="X" means the default namespace, which is not visible where the element itself has a prefix.
            if (isPrefixed && attribute.Local(_document).SequenceEqual("type"u8) && !value.Contains((byte)':'))
            {
                Refer(default);
            }
        }
    }

    private readonly void SurveyDeclarations(ReadOnlySpan<AttributeRecord> attributes)
    {
        foreach (ref readonly var declaration in attributes)
        {
            var prefix = declaration.DeclaredPrefix(_document);
            if (declaration.IsDeclaration && !prefix.SequenceEqual("xml"u8))
            {
                _survey!.DeclareWithin(prefix, IsUsed(prefix, attributes));
            }
        }
    }

    private readonly void SurveyNames(ReadOnlySpan<AttributeRecord> attributes)
    {
        ReferOutside(_document.Slice(_tokens.Start + 1, _tokens.PrefixLength));
        foreach (ref readonly var attribute in attributes)
        {
            if (!attribute.IsDeclaration && attribute.PrefixLength > 0)
            {
                ReferOutside(attribute.Prefix(_document));
            }
        }
    }

    // Those that are declared inside are listed by their declarations.
    private readonly void ReferOutside(ReadOnlySpan<byte> prefix)
    {
        var declaredAt = _namespaces.DeclaredAt(prefix);
        if (declaredAt >= 0 && !_survey!.IsSealed(declaredAt))
        {
            _survey.Refer(prefix, declaredAt);
        }
    }

    private readonly bool IsUsed(ReadOnlySpan<byte> prefix, ReadOnlySpan<AttributeRecord> attributes)
    {
        var isUsed = _document.Slice(_tokens.Start + 1, _tokens.PrefixLength).SequenceEqual(prefix);
        foreach (ref readonly var attribute in attributes)
        {
            isUsed |= !attribute.IsDeclaration && attribute.PrefixLength > 0 && attribute.Prefix(_document).SequenceEqual(prefix);
        }

        return isUsed;
    }

    /// <summary>Whether a default namespace is in scope of the apex, or declared by another tag, whose name does not use it.</summary>
    private readonly bool HasHiddenDefault(ReadOnlySpan<AttributeRecord> attributes)
    {
        if (_tokens.Start == _apex.Start)
        {
            return _namespaces.HasDefault;
        }

        foreach (ref readonly var attribute in attributes)
        {
            if (attribute.IsDeclaration && attribute.PrefixLength == 0 && attribute.ValueLength != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Notes each prefix in scope that stands before a colon.</summary>
    /// <param name="raw">The value as it stands in the document.</param>
    /// <param name="hasReferences">Whether it may have character references.</param>
    /// <param name="continues">Whether it continues a text that was interrupted by a comment or the border of a CDATA section.</param>
    private readonly void SurveyValue(ReadOnlySpan<byte> raw, bool hasReferences, bool continues)
    {
        if (hasReferences && HidesName(raw))
        {
            _namespaces.ReferAll(_survey!);
            return;
        }

        for (int start = 0, at; (at = raw[start..].IndexOf((byte)':')) >= 0; start += at + 1)
        {
            var before = raw.Slice(start, at);
            var prefix = before[(before.LastIndexOfAny(PrefixSurvey.NotInNames) + 1)..];
            if (continues && start == 0 && prefix.Length == before.Length)
            {
                _namespaces.ReferAll(_survey!);
            }
            else if (prefix.Length > 0 && prefix[0] > '9')
            {
                // A name does not begin with a digit, as times do.
                Refer(prefix);
            }
        }
    }

    private readonly void Refer(ReadOnlySpan<byte> prefix)
    {
        var declaredAt = _namespaces.DeclaredAt(prefix);
        if (declaredAt >= 0)
        {
            _survey!.Refer(prefix, declaredAt);
        }
    }

    /// <summary>
    /// Whether a character reference could stand for a part of a name or for a colon. Senders write none but for line ends.
    /// </summary>
    private static bool HidesName(ReadOnlySpan<byte> raw)
    {
        for (int at; (at = raw.IndexOf("&#"u8)) >= 0;)
        {
            if (XmlReferences.Read(raw[at..], out var length) > ' ')
            {
                return true;
            }

            raw = raw[(at + length)..];
        }

        return false;
    }
}
