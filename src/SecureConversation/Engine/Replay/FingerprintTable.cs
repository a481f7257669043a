namespace SecureConversation.Engine.Replay;

/// <summary>
/// A set of fingerprints: open addressing with linear probing, at most four fifths full. It grows by a quarter, so that at least 64 % of
/// a table that is not small are in use. Fingerprints are random bits, so their upper bits are the place.
/// </summary>
internal struct FingerprintTable
{
    /// <summary>Marks a free slot; no fingerprint.</summary>
    public static readonly UInt128 Empty = UInt128.Zero;

    private const int MinSlots = 8;
    private const int SlotsThatDouble = 64;

    private UInt128[]? _slots;
    private int _count;

    public readonly bool Contains(UInt128 fingerprint)
    {
        if (_count == 0)
        {
            return false;
        }

        return _slots![PlaceOf(_slots, fingerprint)] == fingerprint;
    }

    /// <summary>Adds a fingerprint that is not in the table.</summary>
    public void Add(UInt128 fingerprint)
    {
        if (_slots is null || (_count + 1L) * 5 > _slots.Length * 4L)
        {
            Grow();
        }

        _slots![PlaceOf(_slots, fingerprint)] = fingerprint;
        _count++;
    }

    /// <summary>Drops all fingerprints. The slots are kept for as many as there were, so that a steady load allocates nothing.</summary>
    public void Clear()
    {
        if (_slots is not null && _count * 2L < _slots.Length)
        {
            _slots = null;
        }
        else if (_slots is not null)
        {
            Array.Clear(_slots);
        }

        _count = 0;
    }

    /// <summary>The slot that holds the fingerprint, or the free one where it belongs.</summary>
    private static int PlaceOf(UInt128[] slots, UInt128 fingerprint)
    {
        var place = (int)(((ulong)(uint)(fingerprint >> 96) * (ulong)slots.Length) >> 32);
        while (slots[place] != Empty && slots[place] != fingerprint)
        {
            place = place + 1 == slots.Length ? 0 : place + 1;
        }

        return place;
    }

    private void Grow()
    {
        var length = _slots is null ? MinSlots
            : _slots.Length < SlotsThatDouble ? _slots.Length * 2
            : _slots.Length + (_slots.Length / 4);
        var larger = new UInt128[length];
        foreach (var fingerprint in _slots ?? [])
        {
            if (fingerprint != Empty)
            {
                larger[PlaceOf(larger, fingerprint)] = fingerprint;
            }
        }

        _slots = larger;
    }
}
