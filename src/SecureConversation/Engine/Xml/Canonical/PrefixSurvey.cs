using System.Buffers;
using System.Text;
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
/// <param name="maxBytes">How long the list may become.</param>
/// <param name="sealedFrom">
/// Where the octets begin that are encrypted afterwards; -1 for none. All prefixes that their tags use or declare are listed. Nothing says
/// where others are declared, so somebody could declare them further outside, and no digest would cover the declaration inside.
/// </param>
internal sealed class PrefixSurvey(
    PrefixInterest interest, int boundary = 0, int maxBytes = InclusivePrefixes.MaxListBytes, int sealedFrom = -1)
    : IDisposable
{
    private byte[] _list = [];
    private int _length;
    private PrefixSet _prefixes = new();
    private List<(int Start, int End)>? _repeats;

    /// <summary>
    /// Octets that end a name. All but a few characters beyond ASCII may stand in one, so all of them count as parts of it.
    /// </summary>
    public static SearchValues<byte> NotInNames { get; } = SearchValues.Create(
        [.. Enumerable.Range(0, 128).Select(b => (byte)b).Where(b => !char.IsAsciiLetterOrDigit((char)b) && !"_-."u8.Contains(b))]);

    /// <summary>Whether a word that may be a prefix stands before a colon. No name begins with a digit, as times do.</summary>
    public static bool HasWords(ReadOnlySpan<byte> value)
    {
        for (int start = 0, length; (length = value[start..].IndexOf((byte)':')) >= 0; start += length + 1)
        {
            var before = value.Slice(start, length);
            if (before[(before.LastIndexOfAny(NotInNames) + 1)..] is [> (byte)'9', ..])
            {
                return true;
            }
        }

        return false;
    }

    public bool ReadsContent => interest is PrefixInterest.Values or PrefixInterest.Outside;

    public bool ReadsNames => interest == PrefixInterest.Outside;

    /// <summary>Whether all prefixes are listed of what begins here.</summary>
    public bool IsSealed(int position) => sealedFrom >= 0 && position >= sealedFrom;

    public bool ListsAll => interest == PrefixInterest.All;

    /// <summary>Where the part begins whose references count.</summary>
    public int Boundary => boundary;

    /// <summary>Whether some prefix is not listed.</summary>
    public bool HasUnlisted { get; private set; }

    /// <summary>
    /// Where declarations in the octets that are encrypted repeat one in scope, from xmlns to the closing quote: they are covered nowhere.
    /// </summary>
    public IReadOnlyList<(int Start, int End)> Repeats => _repeats ?? [];

    /// <summary>Whether the canonical form with the list may be another one than without it.</summary>
    public bool ChangesForm { get; private set; }

    public bool IsEmpty => _length == 0;

    /// <summary>Whether prefixes were found that the list has no room for, or that WCF does not find in it.</summary>
    public bool IsCut { get; private set; }

    /// <summary>What was found, as the value of PrefixList in UTF-8: as much as a receiver accepts, in the order of the document.</summary>
    public byte[] ToList() => _list.AsSpan(0, _length).ToArray();

    public void Dispose() => _prefixes.Dispose();

    /// <inheritdoc cref="ToList"/>
    /// <exception cref="SecurityFailureException">A receiver does not accept all of it.</exception>
    public byte[] ToCompleteList()
    {
        if (IsCut)
        {
            Fail.With(FailureCode.LimitExceeded, "ec:InclusiveNamespaces/@PrefixList");
        }

        return ToList();
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
            ChangesForm = true;
            Add(prefix);
        }
    }

    /// <summary>Notes a prefix that a tag declares.</summary>
    /// <param name="prefix">The prefix; empty for the default namespace.</param>
    /// <param name="isUsed">Whether a name in the tag uses it.</param>
    public void DeclareWithin(ReadOnlySpan<byte> prefix, bool isUsed)
    {
        ChangesForm |= !isUsed;
        Add(prefix);
    }

    /// <summary>Notes a declaration of a prefix that has one in scope.</summary>
    /// <param name="declaration">The declaration.</param>
    /// <param name="isSame">Whether it is for the same namespace.</param>
    public void DeclareAgain(in AttributeRecord declaration, bool isSame)
    {
        ChangesForm = true;
        if (isSame && IsSealed(declaration.NameStart))
        {
            (_repeats ??= []).Add((declaration.NameStart, declaration.ValueEnd + 1));
        }
    }

    private void Add(ReadOnlySpan<byte> prefix)
    {
        // WCF finds no other prefixes in a list, and its digest would be another one.
        if (interest == PrefixInterest.Values && !Ascii.IsValid(prefix))
        {
            IsCut = true;
            return;
        }

        var token = prefix.IsEmpty ? "#default"u8 : prefix;
        if (_prefixes.Contains(_list.AsSpan(0, _length), token))
        {
            return;
        }

        var start = _length == 0 ? 0 : _length + 1;
        if (_prefixes.Count == InclusivePrefixes.MaxPrefixes || start + token.Length > maxBytes)
        {
            IsCut = true;
            return;
        }

        if (start + token.Length > _list.Length)
        {
            Array.Resize(ref _list, Math.Max(64, 2 * (start + token.Length)));
        }

        if (start > 0)
        {
            _list[start - 1] = (byte)' ';
        }

        token.CopyTo(_list.AsSpan(start));
        _length = start + token.Length;
        _prefixes.Add(_list.AsSpan(0, _length), start, token.Length);
    }
}
