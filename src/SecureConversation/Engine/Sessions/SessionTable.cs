using System.Collections.Concurrent;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The sessions of one service in this process. The number of pending sessions is limited and shared fairly, and an unused one ends after
/// one to two times InactivityTimeout. Established sessions end by the idle timeout, by Cancel, or for somebody who holds fewer when there
/// are MaxSessions.
/// </summary>
internal sealed class SessionTable : IDisposable
{
    // Messages that open a session wait for no more than that when many come due.
    private const int SweptAtOnce = 64;

    // A table of so many sessions is made anew when it is empty: it would keep the room for the most that it ever held.
    private const int ManySessions = 10_000;

    // Another one only under the lock, while it is empty.
    private volatile ConcurrentDictionary<string, ServiceSession> _sessions = new(StringComparer.Ordinal);
    private bool _hadMany;
    private readonly LocalServiceSecuritySettings _settings;
    private readonly FairQuota _pending;
    private readonly FairQuota _live;
    private readonly Lock _displacing = new();
    private readonly HandedOverSessions _handedOver;
    private readonly SessionDeadlines _deadlines;
    private readonly TimeSpan _idleTimeout;
    private readonly ITimer _sweep;
    private readonly Action<ServiceSession> _onClosed;
    private readonly Action<Exception> _onFailed;
    private volatile bool _isDisposed;

    /// <param name="settings">Maximum number of pending sessions and their timeout.</param>
    /// <param name="maxSessions">Maximum number of sessions, pending ones included.</param>
    /// <param name="idleTimeout">How long an established session may be idle.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="onClosed">Called for each session that ended.</param>
    /// <param name="onFailed">
    /// Called when <paramref name="onClosed"/> or a callback of the session throws, since the timer has no caller to receive the exception.
    /// </param>
    public SessionTable(
        LocalServiceSecuritySettings settings,
        int maxSessions,
        TimeSpan idleTimeout,
        TimeProvider clock,
        Action<ServiceSession> onClosed,
        Action<Exception> onFailed)
    {
        _onFailed = onFailed;
        _settings = settings;
        _pending = new FairQuota(settings.MaxPendingSessions, nameof(settings.MaxPendingSessions));
        _live = new FairQuota(maxSessions, nameof(MessageSecurityServiceOptions.MaxSessions));
        _handedOver = new HandedOverSessions(_pending, clock);
        _idleTimeout = idleTimeout;
        _onClosed = onClosed;
        var period = TimeSpan.FromTicks(Math.Min(Math.Min(settings.InactivityTimeout.Ticks, idleTimeout.Ticks), TimeSpan.TicksPerDay));
        _deadlines = new SessionDeadlines(clock, period);
        _sweep = clock.CreateTimer(static table => ((SessionTable)table!).Sweep(), this, period, period);
    }

    public int Count => _sessions.Count;

    /// <summary>How many were opened and not used yet, those in a store included.</summary>
    public int PendingCount => _pending.Taken;

    /// <summary>
    /// Reserves a place for a pending session before the costly part of the handshake; the limit that was met when none is left for this
    /// owner, else null.
    /// </summary>
    public string? TryReserve(Owner owner) => _pending.TryTake(owner);

    /// <summary>Gives back the reservation of a handshake that failed.</summary>
    public void Release(Owner owner) => _pending.Release(owner);

    /// <summary>
    /// Keeps the place of a session that was given to a store and not used yet, so that handshakes cannot fill the store without limit:
    /// until its first message comes here, it ends here, or InactivityTimeout is over. Its first message may come to another instance.
    /// </summary>
    public void HandOver(string id, Owner owner) => _handedOver.Add(id, owner);

    /// <summary>Takes another place for a session that a failed store may have: its handshake gives its own place back.</summary>
    public void HandOverAgain(string id, Owner owner)
    {
        _pending.Take(owner);
        _handedOver.Add(id, owner);
    }

    /// <summary>Gives back the place of a session that was given to a store.</summary>
    public void ReleaseHandedOver(string id) => _handedOver.Release(id);

    /// <summary>The longest of those that were given to a store, of one owner first.</summary>
    public IReadOnlyList<string> OldestHandedOver(Owner owner, int count) => _handedOver.Oldest(owner, count);

    /// <summary>Adds a pending session, for which <see cref="TryReserve"/> has reserved a place.</summary>
    /// <exception cref="SecurityFailureException">There are too many sessions.</exception>
    public void Add(ServiceSession session) => Place(session);

    /// <summary>
    /// Adds a session that was revived for a message, which is verified now: before that it takes no place and ends no other session.
    /// </summary>
    /// <param name="revived">The session, which the message has entered.</param>
    /// <returns>
    /// The session in the table, which is entered once for the message. That is another one than <paramref name="revived"/> where a message
    /// has added the same session meanwhile.
    /// </returns>
    /// <exception cref="SecurityFailureException">There are too many sessions.</exception>
    public ServiceSession Admit(ServiceSession revived) => Place(revived);

    public ServiceSession? Find(string id) => _sessions.TryGetValue(id, out var session) && !session.IsClosed ? session : null;

    /// <summary>Records the use of a session by a verified message; false when the session has ended.</summary>
    public bool Use(ServiceSession session)
    {
        if (session.Use())
        {
            _pending.Release(session.PendingFor!.Value);
            WatchOpen(session);
        }

        _handedOver.Release(session.Id);
        return !session.IsClosed;
    }

    /// <summary>Ends the session with that identifier; false when there is none.</summary>
    public bool Close(string id, SessionCloseReason reason)
    {
        if (!_sessions.TryGetValue(id, out var session))
        {
            return false;
        }

        Close(session, reason);
        return true;
    }

    public void Close(ServiceSession session, SessionCloseReason reason)
    {
        if (session.Close(reason, out var wasPending))
        {
            Forget(session, wasPending);
        }
    }

    /// <summary>Ends a session that was revived for a message and holds no place.</summary>
    public void CloseRevived(ServiceSession revived, SessionCloseReason reason)
    {
        if (revived.TryEnter() && revived.Close(reason, out _))
        {
            _handedOver.Release(revived.Id);
            Conclude(revived);
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _sweep.Dispose();
        foreach (var session in _sessions.Values)
        {
            Close(session, SessionCloseReason.ServiceStopped);
        }
    }

    /// <summary>Releases all that a session held which was closed.</summary>
    private void Forget(ServiceSession session, bool wasPending)
    {
        _live.Release(session.HeldBy);
        if (wasPending)
        {
            _pending.Release(session.PendingFor!.Value);
        }

        _handedOver.Release(session.Id);
        _sessions.TryRemove(new KeyValuePair<string, ServiceSession>(session.Id, session));
        _deadlines.Forget(session);
        Conclude(session);
    }

    private void Conclude(ServiceSession session)
    {
        Attempt(session.Finish);
        Attempt(() => _onClosed(session));
    }

    /// <summary>
    /// Adds a session and takes a place for it, unless it is there. Where there is no place for its owner, the session of somebody who
    /// holds more ends, the one that was idle for longest of the one who holds most.
    /// </summary>
    private ServiceSession Place(ServiceSession session)
    {
        ServiceSession? displaced = null;
        var wasPending = false;
        lock (_displacing)
        {
            // Two messages of a session may come at once: they take one place and end one session of others at most.
            if (session.IsRevived && Find(session.Id) is { } present && present.TryEnter())
            {
                return present;
            }

            if (_live.TryTake(session.HeldBy) is { } limit)
            {
                // Each message of a session that the store knows comes here. Who holds most displaces nobody, and that needs no search.
                displaced = _live.HoldsMost(session.HeldBy) ? null : FindToDisplace(session.HeldBy);
                if (displaced is null || !displaced.Close(SessionCloseReason.Displaced, out wasPending))
                {
                    Fail.With(FailureCode.ServiceTooBusy, limit);
                }

                _live.Take(session.HeldBy);
            }

            Insert(session);
        }

        if (displaced is not null)
        {
            Forget(displaced, wasPending);
        }

        if (_isDisposed)
        {
            Close(session, SessionCloseReason.ServiceStopped);
        }

        return session;
    }

    private void Insert(ServiceSession session)
    {
        if (session.IsRevived)
        {
            // What a message had for itself is the table's as well. The first message of a session that another instance opened
            // establishes it here.
            session.TryEnter();
            session.Use();
        }

        // One that has ended may be there still: whoever ended it takes out that one only.
        _sessions[session.Id] = session;
        _hadMany |= _live.Taken >= ManySessions;
        WatchOpen(session);
    }

    private void WatchOpen(ServiceSession session)
    {
        _deadlines.Watch(session, RemainingOf(session));
        if (session.IsClosed)
        {
            // It ended meanwhile, and whoever ended it may have looked before it was watched.
            _deadlines.Forget(session);
        }
    }

    private TimeSpan RemainingOf(ServiceSession session) =>
        (session.IsPending ? _settings.InactivityTimeout : _idleTimeout) - session.IdleFor;

    private ServiceSession? FindToDisplace(Owner newcomer)
    {
        (ServiceSession? found, var most, var longest) = (null, 0, TimeSpan.Zero);
        foreach (var (_, session) in _sessions)
        {
            var held = _live.HeldBy(session.HeldBy);
            if (held < most || session.IsEntered || session.IsClosed || !_live.HoldsLess(newcomer, session.HeldBy))
            {
                continue;
            }

            var idle = session.IdleFor;
            if (held > most || idle > longest)
            {
                (found, most, longest) = (session, held, idle);
            }
        }

        return found;
    }

    private void Attempt(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Report(e);
        }
    }

    private void Report(Exception failure)
    {
        try
        {
            _onFailed(failure);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The log fails as well, and nobody could catch it where a timer ends sessions.
        }
    }

    private void Sweep()
    {
        _handedOver.ReleaseOlderThan(_settings.InactivityTimeout);
        var due = new List<ServiceSession>();
        while (_deadlines.TryTakeDue(due, SweptAtOnce))
        {
            due.ForEach(SweepDue);
        }

        lock (_displacing)
        {
            if (_hadMany && _sessions.IsEmpty)
            {
                (_sessions, _hadMany) = (new(StringComparer.Ordinal), false);
            }
        }
    }

    private void SweepDue(ServiceSession session)
    {
        // One that a message has entered is in use, however long the application works on it.
        if (!session.IsEntered && RemainingOf(session) <= TimeSpan.Zero)
        {
            Close(session, SessionCloseReason.TimedOut);
        }
        else
        {
            WatchOpen(session);
        }
    }
}
