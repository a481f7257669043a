using SecureConversation.Engine.Quota;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// The time slices of a replay cache and how many entries are in each. A slice takes an eighth of the retention. Nine are remembered, so
/// that an entry lives for at least its retention, counted from the end of its slice, and a slice expires as a whole.
/// </summary>
/// <param name="capacity">Maximum number of entries.</param>
/// <param name="clock">Source of monotonic timestamps.</param>
internal sealed class ReplayTimeline(int capacity, TimeProvider clock)
{
    /// <summary>Remembered slices, the current one included.</summary>
    public const int Slices = 9;

    // 73 years where a timestamp counts nanoseconds: sums of such times stay within the range of timestamps.
    private const long Longest = long.MaxValue / 4;

    private readonly Lock _lock = new();
    private readonly int[] _counts = new int[Slices];
    private readonly OwnerCounts _owners = new();
    private int _capacity = capacity;
    private long _slice;
    private long _sliceEnd = long.MinValue;
    private long _width = 1;
    private TimeSpan _retention;

    /// <summary>How many entries are remembered.</summary>
    public long Count
    {
        get
        {
            var count = 0L;
            foreach (ref var slice in _counts.AsSpan())
            {
                count += Volatile.Read(ref slice);
            }

            return count;
        }
    }

    public static int SlotOf(long slice) => (int)(slice % Slices);

    public void RaiseCapacity(int capacity)
    {
        lock (_lock)
        {
            _capacity = Math.Max(_capacity, capacity);
        }
    }

    /// <summary>The number of the current slice; drops the counts of what has expired.</summary>
    /// <param name="retention">The longest one that was ever passed applies to all entries: several bindings may share a cache.</param>
    public long Advance(TimeSpan retention)
    {
        var now = clock.GetTimestamp();
        if (now < Volatile.Read(ref _sliceEnd) && retention <= _retention)
        {
            return Volatile.Read(ref _slice);
        }

        lock (_lock)
        {
            Turn(now);
            if (retention > _retention)
            {
                Lengthen(retention, now);
            }

            return _slice;
        }
    }

    /// <summary>Counts an entry for its owner where there is room.</summary>
    /// <param name="slice">The slice of the entry.</param>
    /// <param name="owner">The owner and his network.</param>
    public ReplayOutcome TryTake(long slice, OwnerKey owner)
    {
        var (count, limit, slot) = (Count, Volatile.Read(ref _capacity), SlotOf(slice));
        if (count >= limit)
        {
            return ReplayOutcome.Full;
        }

        // While less than half is in use, nobody can hold more than is free.
        if (owner.Name != 0 && count * 2 > limit
            && !FairShare.Allows(_owners.Held(owner.Name), _owners.Held(owner.Network), limit - count))
        {
            return ReplayOutcome.ShareUsedUp;
        }

        Interlocked.Increment(ref _counts[slot]);
        _owners.Add(owner.Name, slot);
        _owners.Add(owner.Network, slot);

        return ReplayOutcome.Fresh;
    }

    private void Turn(long now)
    {
        if (now < _sliceEnd)
        {
            return;
        }

        // The first call finds no end, and nothing to drop.
        var passed = _sliceEnd == long.MinValue ? Slices : ((now - _sliceEnd) / _width) + 1;
        var slice = _slice;
        for (var i = 0L; i < Math.Min(passed, Slices); i++)
        {
            slice++;
            Volatile.Write(ref _counts[SlotOf(slice)], 0);
            _owners.Clear(SlotOf(slice));
        }

        // The counts are ready before anybody can see the slice.
        Volatile.Write(ref _slice, slice);
        Volatile.Write(ref _sliceEnd, passed >= Slices ? now + _width : _sliceEnd + (passed * _width));
    }

    /// <summary>What is remembered already counts for the longer time, too: the current slice lasts until that has passed.</summary>
    private void Lengthen(TimeSpan retention, long now)
    {
        _retention = retention;
        var whole = (long)Math.Min(Math.Ceiling(retention.TotalSeconds * clock.TimestampFrequency), Longest);
        _width = Math.Max(1, (whole + 7) / 8);
        Volatile.Write(ref _sliceEnd, now + (Count == 0 ? _width : whole));
    }
}
