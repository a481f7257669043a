using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// When each session may have ended. Times are rounded up to slices, and what is asked for is what lies in the slices that are over, so
/// that asking costs nothing for all the others. Safe for concurrent use.
/// </summary>
/// <param name="clock">Source of time.</param>
/// <param name="slice">How exact the times are; positive.</param>
internal sealed class SessionDeadlines(TimeProvider clock, TimeSpan slice)
{
    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private readonly Dictionary<long, HashSet<ServiceSession>> _slices = [];
    private readonly Dictionary<ServiceSession, long> _sliceOf = [];
    private long _next;

    /// <summary>How many sessions are watched.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sliceOf.Count;
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
            // A slice is asked for when it is over, so a session is never asked for too early. TimeSpan.MaxValue is for ever.
            var elapsed = clock.GetElapsedTime(_start);
            var time = remaining < TimeSpan.MaxValue - elapsed ? elapsed + remaining : TimeSpan.MaxValue;
            var index = Math.Max(_next, SlicesUntil(time - TimeSpan.FromTicks(1)));
            Remove(session);
            _sliceOf.Add(session, index);
            (CollectionsMarshal.GetValueRefOrAddDefault(_slices, index, out _) ??= []).Add(session);
        }
    }

    public void Forget(ServiceSession session)
    {
        lock (_lock)
        {
            Remove(session);
        }
    }

    /// <summary>The sessions whose time has come. They are watched no more.</summary>
    public List<ServiceSession> TakeDue()
    {
        var due = new List<ServiceSession>();
        lock (_lock)
        {
            var now = SlicesUntil(clock.GetElapsedTime(_start));
            for (; _next < now && _slices.Count > 0; _next++)
            {
                if (_slices.Remove(_next, out var over))
                {
                    due.AddRange(over);
                }
            }

            _next = Math.Max(_next, now);
            due.ForEach(session => _sliceOf.Remove(session));
        }

        return due;
    }

    private long SlicesUntil(TimeSpan time) => time.Ticks / slice.Ticks;

    private void Remove(ServiceSession session)
    {
        if (_sliceOf.Remove(session, out var index) && _slices.TryGetValue(index, out var others))
        {
            others.Remove(session);
            if (others.Count == 0)
            {
                _slices.Remove(index);
            }
        }
    }
}
