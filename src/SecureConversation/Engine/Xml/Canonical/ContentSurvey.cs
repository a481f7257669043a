namespace SecureConversation.Engine.Xml;

/// <summary>
/// Makes the list of prefixes of an element whose content is encrypted and in canonical form already (<see cref="CanonicalContent"/>),
/// where <see cref="PrefixSurvey"/> would read all tags. Every word before a colon counts, whether it stands in a name or in a value: so
/// the list may be longer, and never shorter.
/// </summary>
internal static class ContentSurvey
{
    /// <summary>Reads the prefixes; false, and nothing is read, where the element has to be canonicalized to know them.</summary>
    public static bool TryRead(XmlElement element, PrefixSurvey survey)
    {
        // The start tag stays in clear, and what it refers to is found by canonicalization.
        if (element.Content is not { } content || element.Prefix.IsEmpty || !HasPlainAttributes(element))
        {
            return false;
        }

        if (element.TryLookupNamespace(default, out _))
        {
            survey.Refer(default, 0);
        }

        var bytes = element.Index.Bytes[element.ContentStart..element.ContentEnd];
        foreach (var (start, length, note) in content.Prefixes)
        {
            var prefix = bytes.Slice(start, length);
            if (note is PrefixNote.Used or PrefixNote.Unused)
            {
                survey.DeclareWithin(prefix, isUsed: note == PrefixNote.Used);
            }
            else
            {
                survey.Refer(prefix, 0);
            }
        }

        if (content.HasWords)
        {
            ReadWords(element, bytes, survey);
        }

        return true;
    }

    private static bool HasPlainAttributes(XmlElement element)
    {
        foreach (var attribute in element.Attributes)
        {
            if (attribute.LocalName.SequenceEqual("type"u8) || attribute.Raw.ContainsAny(":&"u8))
            {
                return false;
            }
        }

        return true;
    }

    private static void ReadWords(XmlElement element, ReadOnlySpan<byte> bytes, PrefixSurvey survey)
    {
        ReadOnlySpan<byte> last = default;
        for (int start = 0, length; (length = bytes[start..].IndexOf((byte)':')) >= 0; start += length + 1)
        {
            var before = bytes.Slice(start, length);
            if (last.Length > 0 && before.EndsWith(last)
                && (before.Length == last.Length || PrefixSurvey.NotInNames.Contains(before[^(last.Length + 1)])))
            {
                continue;
            }

            // A name does not begin with a digit, as times do. The prefix xml is declared everywhere and never listed.
            var word = before[(before.LastIndexOfAny(PrefixSurvey.NotInNames) + 1)..];
            if (word.Length > 0 && word[0] > '9')
            {
                last = word;
                if (!word.SequenceEqual("xml"u8) && element.TryLookupNamespace(word, out _))
                {
                    survey.Refer(word, 0);
                }
            }
        }
    }
}
