using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Sessions;

namespace SecureConversation;

/// <summary>Why a session of a service ended.</summary>
public enum SessionCloseReason
{
    /// <summary>Still open.</summary>
    None,
    /// <summary>The client cancelled it.</summary>
    Cancelled,
    /// <summary>It was never used, or not for longer than the service waits.</summary>
    TimedOut,
    /// <summary>The service ended it.</summary>
    Aborted,
}

/// <summary>
/// A secure session as the service sees it: issued (pending), established with its first verified message, closed.
/// Safe for concurrent use.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Counted: the last exchange of a closed session disposes.")]
public sealed class ServiceSession
{
    private readonly CancellationTokenSource _closed = new();
    private readonly TimeProvider _clock;
    private long _lastUsed;
    private int _state;
    private int _reason;
    private readonly UseCount _users;

    internal ServiceSession(SecurityContextKey key, SessionSendKeys replyKeys, ClaimsPrincipal user, DateTimeOffset expires, TimeProvider clock)
    {
        _users = new UseCount(DisposeKeys);
        Key = key;
        ReplyKeys = replyKeys;
        User = user;
        Expires = expires;
        _clock = clock;
        _lastUsed = clock.GetTimestamp();
        Closed = _closed.Token;
    }

    private enum State
    {
        Pending,
        Established,
        Closed,
    }

    /// <summary>Identifier of the security context, a urn:uuid URI.</summary>
    public string Id => Key.Identifier;

    /// <summary>Who proved themselves when the session was opened; re-applied to each message.</summary>
    public ClaimsPrincipal User { get; }

    /// <summary>
    /// The certificate that the client proved to hold when the session was opened; null for other credentials. Hosts that know clients by more
    /// than <see cref="User"/> says find it here.
    /// </summary>
    public X509Certificate2? ClientCertificate { get; internal init; }

    /// <summary>When the key of the session expires, UTC.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>State of the application that lives as long as the session.</summary>
    public IDictionary<object, object?> Items { get; } = new ConcurrentDictionary<object, object?>();

    /// <summary>Cancelled when the session ends, for whatever reason.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Why the session ended.</summary>
    public SessionCloseReason CloseReason => (SessionCloseReason)Volatile.Read(ref _reason);

    internal SecurityContextKey Key { get; }
    internal SessionSendKeys ReplyKeys { get; }
    internal bool IsPending => Volatile.Read(ref _state) == (int)State.Pending;
    internal bool IsClosed => Volatile.Read(ref _state) == (int)State.Closed;
    internal TimeSpan IdleFor => _clock.GetElapsedTime(Volatile.Read(ref _lastUsed));

    /// <summary>A verified message belongs to this session; true the first time.</summary>
    internal bool Use()
    {
        Volatile.Write(ref _lastUsed, _clock.GetTimestamp());
        return Interlocked.CompareExchange(ref _state, (int)State.Established, (int)State.Pending) == (int)State.Pending;
    }

    /// <summary>What another instance of the service needs to serve this session. The caller disposes of it.</summary>
    internal SessionState Save()
    {
        var key = new byte[Key.Key.Length];
        Key.Key.CopyTo(key);
        return new SessionState
        {
            Id = Id,
            Key = key,
            ReplyNonces = ReplyKeys.Nonces,
            Expires = Expires,
            User = User,
            ClientCertificate = ClientCertificate?.RawData,
        };
    }

    /// <summary>Ends the session; false when it had ended before.</summary>
    internal bool Close(SessionCloseReason reason, out bool wasPending)
    {
        var previous = (State)Interlocked.Exchange(ref _state, (int)State.Closed);
        wasPending = previous == State.Pending;
        if (previous == State.Closed)
        {
            return false;
        }

        Volatile.Write(ref _reason, (int)reason);
        return true;
    }

    /// <summary>After <see cref="Close"/>, once: tells whoever waits for <see cref="Closed"/>, and gives the keys up.</summary>
    /// <exception cref="AggregateException">Callbacks of the application failed; the keys are given up all the same.</exception>
    internal void Finish()
    {
        try
        {
            _closed.Cancel();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>A session that nobody was told of.</summary>
    internal void Discard()
    {
        if (Close(SessionCloseReason.Aborted, out _))
        {
            Leave();
        }
    }

    /// <summary>Keeps the keys for one exchange; false when the session has ended. Paired with <see cref="Leave"/>.</summary>
    internal bool TryEnter() => _users.TryEnter();

    /// <summary>The exchange is over. The last one to leave a closed session zeroes its keys.</summary>
    internal void Leave() => _users.Leave();

    private void DisposeKeys()
    {
        ReplyKeys.Dispose();
        Key.Dispose();
        _closed.Dispose();
    }
}
