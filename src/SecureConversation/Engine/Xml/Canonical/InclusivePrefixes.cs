using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// The PrefixList of InclusiveNamespaces, taken apart once: each prefix that the signed elements declare is looked up in it
/// (Exclusive XML Canonicalization 1.0, section 3).
/// </summary>
internal ref struct InclusivePrefixes
{
    public const int MaxListBytes = 1024;
    public const int MaxPrefixes = 128;

    private readonly ReadOnlySpan<byte> _list;
    private readonly ulong[] _keys = [];
    private readonly (int Start, int Length)[] _tokens = [];
    private int _count;

    public InclusivePrefixes(ReadOnlySpan<byte> list)
    {
        if (list.Length > MaxListBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "PrefixList");
        }

        _list = list;
        if (list.IsEmpty)
        {
            return;
        }

        _keys = new ulong[MaxPrefixes];
        _tokens = new (int, int)[MaxPrefixes];
        for (var at = 0; at < list.Length;)
        {
            var length = list[at..].IndexOfAny(" \t\r\n"u8);
            length = length < 0 ? list.Length - at : length;
            if (length > 0)
            {
                Add(at, length);
            }

            at += length + 1;
        }
    }

    public readonly bool IsEmpty => _count == 0;

    /// <summary>Whether a prefix is listed; the empty prefix is listed as <c>#default</c>.</summary>
    public readonly bool Contains(ReadOnlySpan<byte> prefix)
    {
        if (_count == 0)
        {
            return false;
        }

        var token = prefix.IsEmpty ? "#default"u8 : prefix;
        var keys = _keys.AsSpan(0, _count);
        var key = PrefixKey.Of(token, 0, token.Length);
        for (int start = 0, at; (at = keys[start..].IndexOf(key)) >= 0; start += at + 1)
        {
            var (first, length) = _tokens[start + at];
            if (_list.Slice(first, length).SequenceEqual(token))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(int start, int length)
    {
        // A prefix that is repeated says nothing new.
        if (Contains(_list.Slice(start, length)))
        {
            return;
        }

        if (_count == MaxPrefixes)
        {
            Fail.With(FailureCode.LimitExceeded, "PrefixList");
        }

        _keys[_count] = PrefixKey.Of(_list, start, length);
        _tokens[_count++] = (start, length);
    }
}
