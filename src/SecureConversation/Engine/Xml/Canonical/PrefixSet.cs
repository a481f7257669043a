using System.Numerics;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// The prefixes of a list with white space between them, found by a keyed hash: a sender chooses both the list and the prefixes that are
/// looked up in it, so a lookup must not depend on the length of the list.
/// </summary>
internal struct PrefixSet() : IDisposable
{
    private const int MinSlots = 16;

    // Where a prefix begins in the list, plus one; zero for a free slot. Half of the slots stay free.
    private int[] _slots = [];
    private int _mask;

    public int Count { get; private set; }

    public readonly bool Contains(ReadOnlySpan<byte> list, ReadOnlySpan<byte> prefix) => Count > 0 && _slots[Find(list, prefix)] != 0;

    /// <summary>Adds the prefix that stands at a position of the list; returns false when it was there.</summary>
    public bool Add(ReadOnlySpan<byte> list, int start, int length)
    {
        if (2 * (Count + 1) > _mask)
        {
            Grow(list);
        }

        var slot = Find(list, list.Slice(start, length));
        if (_slots[slot] != 0)
        {
            return false;
        }

        _slots[slot] = start + 1;
        Count++;
        return true;
    }

    public void Dispose()
    {
        if (_slots.Length > 0)
        {
            Buffers.Return(_slots);
        }

        _slots = [];
        _mask = 0;
        Count = 0;
    }

    private readonly int Find(ReadOnlySpan<byte> list, ReadOnlySpan<byte> prefix)
    {
        var slot = (int)(KeyedHash.Of(prefix) & (uint)_mask);
        while (_slots[slot] != 0 && !IsAt(list[(_slots[slot] - 1)..], prefix))
        {
            slot = (slot + 1) & _mask;
        }

        return slot;
    }

    private static bool IsAt(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> prefix) =>
        rest.StartsWith(prefix) && (rest.Length == prefix.Length || XmlChars.IsWhite(rest[prefix.Length]));

    private void Grow(ReadOnlySpan<byte> list)
    {
        var (old, used) = (_slots, _mask == 0 ? 0 : _mask + 1);
        var length = Math.Max(MinSlots, 2 * (int)BitOperations.RoundUpToPowerOf2((uint)used));
        _slots = Buffers.Rent<int>(length);
        _slots.AsSpan(0, length).Clear();
        _mask = length - 1;
        foreach (var start in old.AsSpan(0, used))
        {
            if (start != 0)
            {
                var rest = list[(start - 1)..];
                var end = rest.IndexOfAny(" \t\r\n"u8);
                _slots[Find(list, end < 0 ? rest : rest[..end])] = start;
            }
        }

        if (old.Length > 0)
        {
            Buffers.Return(old);
        }
    }
}
