namespace SecureConversation.Engine.Replay;

/// <summary>
/// A part of a replay cache under a lock of its own, with a table for each time slice. It drops its old slices when it is next used,
/// so that no caller clears more than one shard.
/// </summary>
internal sealed class ReplayShard
{
    private readonly Lock _lock = new();
    private readonly FingerprintTable[] _tables = new FingerprintTable[ReplayTimeline.Slices];
    private long _slice;

    public ReplayOutcome TryAdd(UInt128 fingerprint, long slice, ReplayTimeline timeline, OwnerKey owner)
    {
        lock (_lock)
        {
            Age(slice);
            if (Holds(fingerprint))
            {
                return ReplayOutcome.Replayed;
            }

            var outcome = timeline.TryTake(_slice, owner);
            if (outcome == ReplayOutcome.Fresh)
            {
                _tables[ReplayTimeline.SlotOf(_slice)].Add(fingerprint);
            }

            return outcome;
        }
    }

    public bool Contains(UInt128 fingerprint, long slice)
    {
        lock (_lock)
        {
            Age(slice);
            return Holds(fingerprint);
        }
    }

    private bool Holds(UInt128 fingerprint)
    {
        foreach (ref readonly var table in _tables.AsSpan())
        {
            if (table.Contains(fingerprint))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Drops what has expired. Another caller may have been here with a later slice: that one holds.</summary>
    private void Age(long slice)
    {
        if (slice - _slice > ReplayTimeline.Slices)
        {
            _slice = slice - ReplayTimeline.Slices;
        }

        while (_slice < slice)
        {
            _slice++;
            _tables[ReplayTimeline.SlotOf(_slice)].Clear();
        }
    }
}
