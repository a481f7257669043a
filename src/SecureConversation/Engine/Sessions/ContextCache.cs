using System.Collections.Concurrent;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// Contexts that are kept while there is room. Those that were read from cookies and used by a verified message, so that the next one need
/// not read its cookie: nothing is lost with an entry. And those that were negotiated: a client whose context is gone negotiates another
/// one. A full cache drops a fifth of its entries, as WCF's does: those that no message has used, since it takes no more than a negotiation
/// to have one, then those of whoever has most, the ones that were not used for longest. Safe for concurrent use.
/// </summary>
internal sealed class ContextCache : IDisposable
{
    private const int PartDropped = 5;

    private readonly ConcurrentDictionary<string, ServiceSession> _sessions = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private readonly int _capacity;
    private readonly TimeSpan _idleTimeout;
    private readonly TimeProvider _clock;
    private readonly ITimer _sweep;
    private bool _isDisposed;

    /// <param name="capacity">How many sessions are remembered; zero for none.</param>
    /// <param name="idleTimeout">How long a session is remembered that is not used.</param>
    /// <param name="clock">Source of time.</param>
    public ContextCache(int capacity, TimeSpan idleTimeout, TimeProvider clock)
    {
        (_capacity, _idleTimeout, _clock) = (capacity, idleTimeout, clock);
        var period = TimeSpan.FromTicks(Math.Min(idleTimeout.Ticks, TimeSpan.TicksPerDay));
        _sweep = clock.CreateTimer(static cache => ((ContextCache)cache!).Sweep(), this, period, period);
    }

    public int Count => _sessions.Count;

    /// <summary>Finds and enters a session; null when it is not remembered.</summary>
    public ServiceSession? Enter(string id) => _sessions.TryGetValue(id, out var session) && session.TryEnter() ? session : null;

    /// <summary>Remembers a session of a verified message, which has entered it.</summary>
    /// <returns>
    /// The session that is remembered. If another message has brought the same one meanwhile, it is that, entered once for this one.
    /// </returns>
    public ServiceSession Add(ServiceSession session)
    {
        lock (_adding)
        {
            if (Enter(session.Id) is { } present)
            {
                return present;
            }

            if (_isDisposed || _capacity == 0)
            {
                return session;
            }

            if (_sessions.Count >= _capacity)
            {
                Drop(Math.Max(1, _capacity / PartDropped));
            }

            if (session.TryEnter())
            {
                _sessions[session.Id] = session;
            }

            return session;
        }
    }

    /// <summary>Forgets a session. Messages that use it go on.</summary>
    public void Remove(ServiceSession session)
    {
        if (_sessions.TryRemove(new KeyValuePair<string, ServiceSession>(session.Id, session)))
        {
            session.Leave();
        }
    }

    public void Dispose()
    {
        _sweep.Dispose();
        lock (_adding)
        {
            _isDisposed = true;
            foreach (var (_, session) in _sessions)
            {
                Remove(session);
            }
        }
    }

    // Ranked by use within each owner: who has most has the last ranks, so all who stay have as many, or have all of theirs.
    private void Drop(int count)
    {
        var now = _clock.GetUtcNow();
        var last = _sessions.Values.Select(session => (Session: session, Idle: session.IdleFor))
            .GroupBy(entry => entry.Session.Holder, StringComparer.Ordinal)
            .SelectMany(owner => owner.OrderBy(entry => entry.Idle).Select((entry, rank) =>
                (entry.Session, entry.Idle, Rank: entry.Session.Expires <= now ? int.MaxValue
                    : entry.Session.IsPending ? _capacity + rank
                    : rank)))
            .OrderByDescending(entry => entry.Rank).ThenByDescending(entry => entry.Idle)
            .Take(count).Select(entry => entry.Session).ToList();
        last.ForEach(Remove);
    }

    private void Sweep()
    {
        var now = _clock.GetUtcNow();
        foreach (var (_, session) in _sessions)
        {
            if (session.IdleFor >= _idleTimeout || session.Expires <= now)
            {
                Remove(session);
            }
        }
    }
}
