namespace SecureConversation.Engine.Xml;

/// <summary>What the content of an element has to do with a prefix.</summary>
internal enum PrefixNote : byte
{
    /// <summary>A name uses it, and it is declared outside.</summary>
    Outside,

    /// <summary>It is declared inside, each time by a tag that uses it.</summary>
    Used,

    /// <summary>It is declared inside, and not each time by a tag that uses it.</summary>
    Unused,

    /// <summary>A value means it, and no name.</summary>
    Value,
}

/// <summary>
/// The content of an element of which canonicalization changes nothing but empty-element tags, so that it is copied and not read again.
/// This holds where each prefix of the kind <see cref="PrefixNote.Outside"/> was written by the start tag of the element, and each of the
/// kind <see cref="PrefixNote.Unused"/> is listed. All positions count from the start of the content.
/// </summary>
/// <param name="emptyTags">Where the <c>/&gt;</c> of empty-element tags stand, in ascending order.</param>
/// <param name="emptyTagCount">How many there are.</param>
/// <param name="prefixes">The prefixes, in the order in which they occur first.</param>
/// <param name="hasWords">Whether a text or an attribute value has, or may have, a word before a colon, as names in values have.</param>
internal sealed class CanonicalContent(
    int[] emptyTags, int emptyTagCount, (int Start, int Length, PrefixNote Note)[] prefixes, bool hasWords)
{
    public bool HasWords => hasWords;

    /// <summary>Where the <c>/&gt;</c> of empty-element tags stand, in ascending order.</summary>
    public ReadOnlySpan<int> EmptyTags => emptyTags.AsSpan(0, emptyTagCount);

    /// <summary>The prefixes, in the order in which they occur first.</summary>
    public ReadOnlySpan<(int Start, int Length, PrefixNote Note)> Prefixes => prefixes;

    /// <summary>Writes the canonical form of the content.</summary>
    public void Write(CanonicalSink sink, ReadOnlySpan<byte> content)
    {
        var copied = 0;
        foreach (var end in EmptyTags)
        {
            sink.Write(content[copied..end]);

            // No attribute value has this character, so the tag begins where it stands.
            var tag = content[content[..end].LastIndexOf((byte)'<')..end];
            var name = tag[1..];
            var space = name.IndexOf((byte)' ');
            sink.Write("></"u8);
            sink.Write(space < 0 ? name : name[..space]);
            sink.Write((byte)'>');
            copied = end + 2;
        }

        sink.Write(content[copied..]);
    }
}
