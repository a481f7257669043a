using System.Collections.Concurrent;
using SecureConversation.Binding;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The sessions of one service. Pending ones are bounded and swept: an issued context that nobody uses costs memory for
/// InactivityTimeout at least and twice that at most; used ones end by the idle timeout or by cancel.
/// </summary>
internal sealed class SessionTable : IDisposable
{
    private readonly ConcurrentDictionary<string, ServiceSession> _sessions = new(StringComparer.Ordinal);
    private readonly LocalServiceSecuritySettings _settings;
    private readonly TimeSpan _idleTimeout;
    private readonly ITimer _sweep;
    private readonly Action<ServiceSession> _onClosed;
    private readonly Action<Exception> _onFailed;
    private int _pending;
    private volatile bool _isDisposed;

    /// <param name="settings">Quota and patience for pending sessions.</param>
    /// <param name="idleTimeout">How long a used session may be idle.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="onClosed">Told of each session that ended.</param>
    /// <param name="onFailed">Told when <paramref name="onClosed"/> or a callback of the session failed: on the timer there is nobody else.</param>
    public SessionTable(LocalServiceSecuritySettings settings, TimeSpan idleTimeout, TimeProvider clock, Action<ServiceSession> onClosed, Action<Exception> onFailed)
    {
        _onFailed = onFailed;
        _settings = settings;
        _idleTimeout = idleTimeout;
        _onClosed = onClosed;
        var period = TimeSpan.FromTicks(Math.Min(Math.Min(settings.InactivityTimeout.Ticks, idleTimeout.Ticks), TimeSpan.TicksPerDay));
        _sweep = clock.CreateTimer(static table => ((SessionTable)table!).Sweep(), this, period, period);
    }

    public int Count => _sessions.Count;

    /// <summary>Reserves room for a session before the costly part of the handshake; false at the quota.</summary>
    public bool TryReserve()
    {
        if (Interlocked.Increment(ref _pending) <= _settings.MaxPendingSessions)
        {
            return true;
        }

        Interlocked.Decrement(ref _pending);
        return false;
    }

    /// <summary>Gives back a reservation that came to nothing.</summary>
    public void Release() => Interlocked.Decrement(ref _pending);

    /// <summary>Turns a reservation into a pending session.</summary>
    public void Add(ServiceSession session)
    {
        _sessions[session.Id] = session;
        if (_isDisposed)
        {
            Close(session, SessionCloseReason.Aborted);
        }
    }

    /// <summary>A session that another instance of the service opened; the one that is here already where two calls revived it at once.</summary>
    public ServiceSession GetOrAdd(ServiceSession revived)
    {
        revived.Use();
        var session = _sessions.GetOrAdd(revived.Id, revived);
        if (session != revived)
        {
            revived.Discard();
        }
        else if (_isDisposed)
        {
            Close(session, SessionCloseReason.Aborted);
        }

        return session;
    }

    public ServiceSession? Find(string id) => _sessions.TryGetValue(id, out var session) && !session.IsClosed ? session : null;

    /// <summary>A verified message belongs to the session; false when that has ended.</summary>
    public bool Use(ServiceSession session)
    {
        if (session.Use())
        {
            Interlocked.Decrement(ref _pending);
        }

        return !session.IsClosed;
    }

    public void Close(string id, SessionCloseReason reason)
    {
        if (_sessions.TryGetValue(id, out var session))
        {
            Close(session, reason);
        }
    }

    public void Close(ServiceSession session, SessionCloseReason reason)
    {
        if (!session.Close(reason, out var wasPending))
        {
            return;
        }

        if (wasPending)
        {
            Interlocked.Decrement(ref _pending);
        }

        _sessions.TryRemove(new KeyValuePair<string, ServiceSession>(session.Id, session));
        Attempt(session.Finish);
        Attempt(() => _onClosed(session));
    }

    public void Dispose()
    {
        _isDisposed = true;
        _sweep.Dispose();
        foreach (var session in _sessions.Values)
        {
            Close(session, SessionCloseReason.Aborted);
        }
    }

    private void Attempt(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _onFailed(e);
        }
    }

    private void Sweep()
    {
        foreach (var session in _sessions.Values)
        {
            if (session.IdleFor >= (session.IsPending ? _settings.InactivityTimeout : _idleTimeout))
            {
                Close(session, SessionCloseReason.TimedOut);
            }
        }
    }
}
