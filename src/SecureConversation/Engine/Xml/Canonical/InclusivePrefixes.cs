using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// The PrefixList of InclusiveNamespaces, taken apart once: each prefix that the signed elements declare is looked up in it
/// (Exclusive XML Canonicalization 1.0, section 3).
/// </summary>
internal ref struct InclusivePrefixes : IDisposable
{
    /// <summary>The longest list in bytes, and the most that a sender lists in all references of a signature.</summary>
    public const int MaxListBytes = 32 * 1024;

    /// <summary>The most prefixes of one list. XmlSerializer writes one for each element of a derived type: q1, q2 and so on.</summary>
    public const int MaxPrefixes = 4096;

    private readonly ReadOnlySpan<byte> _list;
    private PrefixSet _prefixes = new();

    /// <exception cref="SecurityFailureException">The list is longer than allowed.</exception>
    public InclusivePrefixes(ReadOnlySpan<byte> list)
    {
        if (list.Length > MaxListBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "PrefixList");
        }

        _list = list;
        for (var at = 0; at < list.Length;)
        {
            var length = list[at..].IndexOfAny(" \t\r\n"u8);
            length = length < 0 ? list.Length - at : length;

            // A prefix that is repeated says nothing new.
            if (length > 0 && _prefixes.Add(list, at, length) && _prefixes.Count > MaxPrefixes)
            {
                Fail.With(FailureCode.LimitExceeded, "PrefixList");
            }

            at += length + 1;
        }
    }

    public readonly bool IsEmpty => _prefixes.Count == 0;

    /// <summary>Whether a prefix is listed; the empty prefix is listed as <c>#default</c>.</summary>
    public readonly bool Contains(ReadOnlySpan<byte> prefix) =>
        _prefixes.Contains(_list, prefix.IsEmpty ? "#default"u8 : prefix);

    public void Dispose() => _prefixes.Dispose();
}
