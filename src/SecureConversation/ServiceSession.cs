using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;
using SecureConversation.Shared;

namespace SecureConversation;

/// <summary>Why a session of a service ended.</summary>
public enum SessionCloseReason
{
    /// <summary>The session is still open.</summary>
    None,
    /// <summary>The client cancelled the session.</summary>
    Cancelled,
    /// <summary>The session was not used in time after it was opened, or was idle for longer than the service allows.</summary>
    TimedOut,
    /// <summary>The service ended the session.</summary>
    Aborted,
    /// <summary>
    /// The session was idle for longer than others of its client, and made room for one of a client who holds fewer
    /// (<see cref="MessageSecurityServiceOptions.MaxSessions"/>).
    /// </summary>
    Displaced,
}

/// <summary>
/// A secure session on the side of the service. It is pending when issued, established by its first verified message, and finally
/// closed. Safe for concurrent use.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Exchanges are counted; the last one to leave a closed session disposes.")]
public sealed class ServiceSession
{
    private readonly CancellationTokenSource _closed = new();
    private readonly TimeProvider _clock;
    private readonly UseCount _users;
    private readonly string? _owner;
    private readonly ClaimsPrincipal? _client;
    private ClaimsPrincipal? _user;
    private long _lastUsed;
    private ConcurrentDictionary<object, object?>? _items;
    private int _state;

    internal ServiceSession(
        SecurityContextKey key, SessionSendKeys replyKeys, ClaimsPrincipal user, DateTimeOffset expires, TimeProvider clock)
        : this(key, replyKeys, expires, clock)
    {
        _client = ClientIdentity.Copy(user);
        _owner = Owner.NameOfUser(user);
    }

    internal ServiceSession(
        SecurityContextKey key, SessionSendKeys replyKeys, ReadCookie cookie, DateTimeOffset expires, TimeProvider clock)
        : this(key, replyKeys, expires, clock) => Cookie = cookie;

    private ServiceSession(SecurityContextKey key, SessionSendKeys replyKeys, DateTimeOffset expires, TimeProvider clock)
    {
        _users = new UseCount(DisposeKeys);
        Key = key;
        ReplyKeys = replyKeys;
        Expires = expires;
        _clock = clock;
        _lastUsed = clock.GetTimestamp();
        Closed = _closed.Token;
    }

    private enum State
    {
        Pending,
        Established,

        /// <summary>The reason is added to it, so that whoever sees that a session has ended sees why.</summary>
        Closed,
    }

    /// <summary>Identifier of the security context, a urn:uuid URI.</summary>
    public string Id => Key.Identifier;

    /// <summary>
    /// The client that was authenticated when the session was opened. Each message of the session counts as sent by it. All who look here
    /// get the same object, but <see cref="ServiceResult.Dispatch.User"/> is one of its own for each request: what the application adds
    /// here is not in those, and not in a session store.
    /// </summary>
    public ClaimsPrincipal User => LazyInitializer.EnsureInitialized(ref _user, CopyUser);

    /// <summary>
    /// The certificate that the client proved to hold when the session was opened; null for other credentials. For hosts that need more
    /// than <see cref="User"/> to identify a client.
    /// </summary>
    public X509Certificate2? ClientCertificate
    {
        get => Cookie is null ? field : Cookie.Certificate;
        internal init;
    }

    /// <summary>When the key of the session expires, UTC.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>Application state with the lifetime of the session.</summary>
    public IDictionary<object, object?> Items => LazyInitializer.EnsureInitialized(ref _items);

    /// <summary>A token that is cancelled when the session ends, for any reason.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Why the session ended; <see cref="SessionCloseReason.None"/> while it is open.</summary>
    public SessionCloseReason CloseReason => (SessionCloseReason)Math.Max(0, Volatile.Read(ref _state) - (int)State.Closed);

    /// <summary>Who holds the place of this session among the pending ones; null for a session that another instance opened.</summary>
    internal Owner? PendingFor { get; init; }

    /// <summary>Who holds the place of this session among those of this process.</summary>
    internal Owner HeldBy { get; init; }

    /// <summary>The cookie that has the state of this session; null where the service keeps the session.</summary>
    internal ReadCookie? Cookie { get; }

    /// <summary>Among whom limits are shared, for messages of this session from that address.</summary>
    internal Owner OwnerAt(IPAddress? address) =>
        (Cookie is null ? _owner : Cookie.OwnerName) is { } name ? Owner.OfClient(name, address)
        : address is null ? new Owner(Id)
        : Owner.OfStranger(address);

    /// <summary>The client for one request, as it was authenticated.</summary>
    internal ClaimsPrincipal CopyUser() => ClientIdentity.Copy(_client ?? Cookie!.User);

    internal SecurityContextKey Key { get; }
    internal SessionSendKeys ReplyKeys { get; }
    internal bool IsPending => Volatile.Read(ref _state) == (int)State.Pending;

    /// <summary>
    /// Whether the session was read from a store or a cookie for one message, which has not been verified yet: only that message has it,
    /// and it holds no place.
    /// </summary>
    internal bool IsRevived => PendingFor is null && IsPending;

    internal bool IsClosed => Volatile.Read(ref _state) >= (int)State.Closed;

    /// <summary>Whether the session ended in this process only: a store may have it yet, and then it goes on.</summary>
    internal bool HasLeftMemory => CloseReason is SessionCloseReason.TimedOut or SessionCloseReason.Displaced;

    internal TimeSpan IdleFor => _clock.GetElapsedTime(Volatile.Read(ref _lastUsed));

    /// <summary>Whether an exchange keeps the keys alive.</summary>
    internal bool IsEntered => _users.IsShared;

    /// <summary>Records the use of the session by a verified message. True for the first message, which establishes the session.</summary>
    internal bool Use()
    {
        Volatile.Write(ref _lastUsed, _clock.GetTimestamp());
        return Interlocked.CompareExchange(ref _state, (int)State.Established, (int)State.Pending) == (int)State.Pending;
    }

    /// <summary>Makes the state by which another instance of the service can serve this session. The caller disposes of it.</summary>
    /// <param name="endpoint">The endpoint that issued the session.</param>
    internal SessionState Save(string endpoint)
    {
        var key = new byte[Key.Key.Length];
        Key.Key.CopyTo(key);
        return new SessionState
        {
            Endpoint = endpoint,
            Id = Id,
            Key = key,
            ReplyNonces = ReplyKeys.Nonces,
            Expires = Expires,
            User = CopyUser(),
            ClientCertificate = ClientCertificate?.RawData,
        };
    }

    /// <summary>Ends the session; false when it had ended before.</summary>
    internal bool Close(SessionCloseReason reason, out bool wasPending)
    {
        var state = Volatile.Read(ref _state);
        while (state < (int)State.Closed)
        {
            var seen = Interlocked.CompareExchange(ref _state, (int)State.Closed + (int)reason, state);
            if (seen == state)
            {
                break;
            }

            state = seen;
        }

        wasPending = state == (int)State.Pending;
        return state < (int)State.Closed;
    }

    /// <summary>Cancels <see cref="Closed"/> and releases the keys. To be called once, after <see cref="Close"/>.</summary>
    /// <exception cref="AggregateException">Callbacks of the application failed; the keys are released all the same.</exception>
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

    /// <summary>Closes a session that was issued and never handed out, without notification.</summary>
    internal void Discard()
    {
        if (Close(SessionCloseReason.Aborted, out _))
        {
            Leave();
        }
    }

    /// <summary>
    /// Keeps the keys alive for one exchange; false when the session has ended. Each success needs a <see cref="Leave"/>.
    /// </summary>
    internal bool TryEnter() => _users.TryEnter();

    /// <summary>Ends an exchange. The last one to leave a closed session zeroes its keys.</summary>
    internal void Leave() => _users.Leave();

    private void DisposeKeys()
    {
        if (IsRevived)
        {
            // Nobody has seen it, and a stranger can have as many made as he sends messages.
            if (Cookie is null)
            {
                ClientCertificate?.Dispose();
            }

            Cookie?.Discard();
        }

        ReplyKeys.Dispose();
        Key.Dispose();
        _closed.Dispose();
    }
}
