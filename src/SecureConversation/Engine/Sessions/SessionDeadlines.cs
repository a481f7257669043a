using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// When each session may have ended. Times are rounded up to slices, and what is asked for is what lies in the slices that are over, so
/// that asking costs nothing for all the others. The sessions of a slice are a list that runs through the sessions themselves: a hundred
/// thousand of them need no collection that has to grow. Safe for concurrent use.
/// </summary>
/// <param name="clock">Source of time.</param>
/// <param name="slice">How exact the times are; positive.</param>
internal sealed class SessionDeadlines(TimeProvider clock, TimeSpan slice)
{
    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();

    // The first session of each slice that has one.
    private readonly Dictionary<long, ServiceSession> _slices = [];
    private long _next;
    private int _count;

    /// <summary>How many sessions are watched.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Watches a session from now on, or at another time than before.</summary>
    /// <param name="session">The session.</param>
    /// <param name="remaining">The time after which it may have ended. It is rounded up to the end of a slice.</param>
    public void Watch(ServiceSession session, TimeSpan remaining)
    {
        lock (_lock)
        {
            // A slice is asked for when it is over, so a session is never asked for too early. TimeSpan.MaxValue is for ever. What should
            // have ended before is asked for after the present slice, so that whoever takes all that are due comes to an end.
            var elapsed = clock.GetElapsedTime(_start);
            var time = remaining < TimeSpan.MaxValue - elapsed ? elapsed + remaining : TimeSpan.MaxValue;
            var index = Math.Max(SlicesUntil(elapsed), SlicesUntil(time - TimeSpan.FromTicks(1)));
            Remove(session);
            Insert(session, index);
        }
    }

    public void Forget(ServiceSession session)
    {
        lock (_lock)
        {
            Remove(session);
        }
    }

    /// <summary>
    /// Takes some of the sessions whose time has come, until there are none. They are watched no more. Nobody waits for more than a few:
    /// a hundred thousand that were opened together may come due together.
    /// </summary>
    /// <param name="due">Gets the sessions; what it held before is dropped.</param>
    /// <param name="most">How many at most.</param>
    /// <returns>False when there was none.</returns>
    public bool TryTakeDue(List<ServiceSession> due, int most)
    {
        due.Clear();
        lock (_lock)
        {
            var now = SlicesUntil(clock.GetElapsedTime(_start));
            while (_next < now && _slices.Count > 0 && due.Count < most)
            {
                if (_slices.TryGetValue(_next, out var session))
                {
                    Remove(session);
                    due.Add(session);
                }
                else
                {
                    _next++;
                }
            }

            _next = _slices.Count == 0 ? Math.Max(_next, now) : _next;
        }

        return due.Count > 0;
    }

    private long SlicesUntil(TimeSpan time) => time.Ticks / slice.Ticks;

    private void Insert(ServiceSession session, long index)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_slices, index, out _);
        session.Watched = new Place { IsWatched = true, Slice = index, Next = first };
        if (first is not null)
        {
            first.Watched.Previous = session;
        }

        first = session;
        _count++;
    }

    private void Remove(ServiceSession session)
    {
        var (place, next, previous) = (session.Watched, session.Watched.Next, session.Watched.Previous);
        if (!place.IsWatched)
        {
            return;
        }

        if (next is not null)
        {
            next.Watched.Previous = previous;
        }

        if (previous is not null)
        {
            previous.Watched.Next = next;
        }
        else if (next is not null)
        {
            _slices[place.Slice] = next;
        }
        else
        {
            _slices.Remove(place.Slice);
        }

        session.Watched = default;
        _count--;
    }

    /// <summary>The place of a session. It belongs to the deadlines that watch the session, which are one.</summary>
    internal struct Place
    {
        public bool IsWatched;
        public long Slice;
        public ServiceSession? Next;
        public ServiceSession? Previous;
    }
}
