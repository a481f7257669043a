using SecureConversation.Engine.Quota;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The sessions that this process opened and gave to a store, as far as it does not know that they were used. Each holds a place among the
/// pending ones.
/// </summary>
/// <param name="places">The places of pending sessions.</param>
/// <param name="clock">Source of time.</param>
internal sealed class HandedOverSessions(FairQuota places, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byAge = new();
    private int _count;

    public void Add(string id, Owner owner)
    {
        lock (_lock)
        {
            _entries.Add(id, _byAge.AddLast(new Entry(id, owner, clock.GetTimestamp())));
            Volatile.Write(ref _count, _entries.Count);
        }
    }

    /// <summary>Gives back the place of a session; nothing happens when it has none.</summary>
    public void Release(string id)
    {
        // Asked for each message, and without a store there are none.
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        lock (_lock)
        {
            if (_entries.Remove(id, out var entry))
            {
                _byAge.Remove(entry);
                places.Release(entry.Value.Owner);
                Volatile.Write(ref _count, _entries.Count);
            }
        }
    }

    public void ReleaseOlderThan(TimeSpan age)
    {
        lock (_lock)
        {
            while (_byAge.First is { } oldest && clock.GetElapsedTime(oldest.Value.Since) >= age)
            {
                Release(oldest.Value.Id);
            }
        }
    }

    /// <summary>The oldest ones, those of one owner first.</summary>
    public IReadOnlyList<string> Oldest(Owner owner, int count)
    {
        lock (_lock)
        {
            return [.. _byAge.Where(e => e.Owner == owner).Concat(_byAge.Where(e => e.Owner != owner)).Take(count).Select(e => e.Id)];
        }
    }

    private readonly record struct Entry(string Id, Owner Owner, long Since);
}
