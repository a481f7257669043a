using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>Which prefixes a <see cref="PrefixSurvey"/> looks for.</summary>
internal enum PrefixInterest
{
    /// <summary>Those in scope that text or attribute values refer to, as the q of <c>xsi:type="q:X"</c> does.</summary>
    Values,

    /// <summary>Those that content refers to, in names or in values, and that are declared outside it.</summary>
    Outside,

    /// <summary>All that are in scope of the element or declared inside it. They count as listed.</summary>
    All,

    /// <summary>Those in scope of the element or declared inside it that the list leaves out.</summary>
    Unlisted,
}

/// <summary>
/// Looks at the prefixes of an element while it is canonicalized. Exclusive canonicalization covers the declaration of a prefix where a
/// name uses it. It does not see that a value refers to one, so the sender lists such prefixes for InclusiveNamespaces (Exclusive XML
/// Canonicalization 1.0, section 3).
/// </summary>
/// <param name="interest">What to look for.</param>
/// <param name="boundary">For <see cref="PrefixInterest.Outside"/>: where the content starts in its document.</param>
internal sealed class PrefixSurvey(PrefixInterest interest, int boundary = 0)
{
    private readonly List<byte[]> _prefixes = [];
    private int _bytes;

    public bool ReadsContent => interest is PrefixInterest.Values or PrefixInterest.Outside;

    public bool ReadsNames => interest == PrefixInterest.Outside;

    public bool ListsAll => interest == PrefixInterest.All;

    /// <summary>Where the part begins whose references count.</summary>
    public int Boundary => boundary;

    /// <summary>Whether some prefix is not listed.</summary>
    public bool HasUnlisted { get; private set; }

    public bool IsEmpty => _prefixes.Count == 0;

    /// <summary>What was found, as the value of PrefixList in UTF-8.</summary>
    /// <exception cref="SecurityFailureException">The list is longer than a receiver accepts.</exception>
    public byte[] ToList()
    {
        if (_prefixes.Count > InclusivePrefixes.MaxPrefixes || _bytes > InclusivePrefixes.MaxListBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "ec:InclusiveNamespaces/@PrefixList");
        }

        var list = new byte[Math.Max(0, _bytes - 1)];
        var at = 0;
        foreach (var prefix in _prefixes)
        {
            if (at > 0)
            {
                list[at++] = (byte)' ';
            }

            prefix.CopyTo(list, at);
            at += prefix.Length;
        }

        return list;
    }

    /// <summary>Notes a prefix that is declared; returns whether it counts as listed.</summary>
    public bool Declare(ReadOnlySpan<byte> prefix, bool isListed)
    {
        if (interest == PrefixInterest.All)
        {
            Add(prefix);
            return true;
        }

        HasUnlisted |= !isListed;
        return isListed;
    }

    /// <summary>Notes a reference to a prefix.</summary>
    /// <param name="prefix">The prefix; empty for the default namespace.</param>
    /// <param name="declaredAt">Where the declaration in scope stands in the document.</param>
    public void Refer(ReadOnlySpan<byte> prefix, int declaredAt)
    {
        if (interest == PrefixInterest.Values || declaredAt < boundary)
        {
            Add(prefix);
        }
    }

    private void Add(ReadOnlySpan<byte> prefix)
    {
        var token = prefix.IsEmpty ? "#default"u8 : prefix;
        foreach (var known in _prefixes)
        {
            if (token.SequenceEqual(known))
            {
                return;
            }
        }

        // One more than allowed is kept, so that the list is refused and not cut.
        if (_prefixes.Count <= InclusivePrefixes.MaxPrefixes && _bytes <= InclusivePrefixes.MaxListBytes + 1)
        {
            _prefixes.Add(token.ToArray());
            _bytes += token.Length + 1;
        }
    }
}
