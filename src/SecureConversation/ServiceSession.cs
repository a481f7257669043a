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
    /// <summary>The service shut down. With a session store the session goes on at other instances.</summary>
    ServiceStopped,
}

/// <summary>
/// A secure session on the side of the service. It is pending when issued, established by its first verified message, and finally
/// closed. Safe for concurrent use.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer, and nobody gets it.")]
public sealed class ServiceSession
{
    private readonly TimeProvider _clock;
    private readonly string? _owner;
    private readonly ClaimsPrincipal? _client;
    private readonly byte[]? _certificateOctets;
    private Users _users;
    private SessionKeys _keys;
    private long _lastUsed;
    private int _state;
    private bool _isFinished;

    // Made for whoever asks for them: there may be many sessions, and few of them have an application that does.
    private CancellationTokenSource? _closed;
    private ClaimsPrincipal? _user;
    private X509Certificate2? _certificate;
    private ConcurrentDictionary<object, object?>? _items;

    /// <param name="keys">The keys.</param>
    /// <param name="client">The client, whom nobody changes.</param>
    /// <param name="certificate">The octets of the certificate that the client proved to hold; null for other credentials.</param>
    /// <param name="clock">Source of time.</param>
    internal ServiceSession(SessionKeys keys, ClaimsPrincipal client, byte[]? certificate, TimeProvider clock)
        : this(keys, clock) =>
        (_client, _owner, _certificateOctets) = (client, Owner.NameOfUser(client), certificate);

    internal ServiceSession(SessionKeys keys, ReadCookie cookie, TimeProvider clock)
        : this(keys, clock) => Cookie = cookie;

    private ServiceSession(SessionKeys keys, TimeProvider clock)
    {
        _keys = keys;
        Id = keys.Current.Context.Identifier;
        _clock = clock;
        _lastUsed = clock.GetTimestamp();
    }

    private enum State
    {
        Pending,
        Established,

        /// <summary>The reason is added to it, so that whoever sees that a session has ended sees why.</summary>
        Closed,
    }

    /// <summary>Identifier of the security context, a urn:uuid URI.</summary>
    public string Id { get; }

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
    public X509Certificate2? ClientCertificate => Cookie is not null ? Cookie.Certificate
        : _certificateOctets is null ? null
        : LazyInitializer.EnsureInitialized(ref _certificate, () => KnownCertificates.Load(_certificateOctets));

    /// <summary>When the key of the session expires, UTC. Each renewal gives it a new key, and what else is here stays.</summary>
    public DateTimeOffset Expires => Keys.Current.Expires;

    /// <summary>Application state with the lifetime of the session.</summary>
    public IDictionary<object, object?> Items => LazyInitializer.EnsureInitialized(ref _items);

    /// <summary>A token that is cancelled when the session ends, for any reason.</summary>
    public CancellationToken Closed
    {
        get
        {
            var source = LazyInitializer.EnsureInitialized(ref _closed);
            if (Volatile.Read(ref _isFinished) && !source.IsCancellationRequested)
            {
                // Whoever ended the session may have looked before there was a source.
                source.Cancel();
            }

            return source.Token;
        }
    }

    /// <summary>Why the session ended; <see cref="SessionCloseReason.None"/> while it is open.</summary>
    public SessionCloseReason CloseReason => (SessionCloseReason)Math.Max(0, Volatile.Read(ref _state) - (int)State.Closed);

    /// <summary>Who holds the place of this session among the pending ones; null for a session that another instance opened.</summary>
    internal Owner? PendingFor { get; init; }

    /// <summary>Who holds the place of this session among those of this process.</summary>
    internal Owner HeldBy
    {
        get;
        init
        {
            field = value;
            // One text for both.
            _owner = value.Name == _owner ? value.Name : _owner;
        }
    }

    /// <summary>The cookie that has the state of this session; null where the service keeps the session.</summary>
    internal ReadCookie? Cookie { get; }

    /// <summary>Whose session it is in the memory of this process.</summary>
    internal string Holder => Cookie is null ? HeldBy.Name : Cookie.Holder;

    /// <summary>Among whom limits are shared, for messages of this session from that address.</summary>
    internal Owner OwnerAt(IPAddress? address) =>
        (Cookie is null ? _owner : Cookie.OwnerName) is { } name ? Owner.OfClient(name, address)
        : address is null ? new Owner(Id)
        : Owner.OfStranger(address);

    /// <summary>The client for one request, as it was authenticated.</summary>
    internal ClaimsPrincipal CopyUser() => ClientIdentity.Copy(Client);

    /// <summary>The client as he was authenticated. Not to be handed out, since others have the same object.</summary>
    internal ClaimsPrincipal Client => _client ?? Cookie!.User;

    /// <summary>Whether this is the certificate that the client opened the session with; null for none.</summary>
    internal bool HasCertificate(X509Certificate2? certificate) => CertificateOctets is { } octets
        ? certificate is not null && certificate.RawDataMemory.Span.SequenceEqual(octets)
        : certificate is null;

    /// <summary>Its place among the deadlines of its table.</summary>
    internal SessionDeadlines.Place Watched;

    /// <summary>Whether the client has said that it sends nothing more.</summary>
    internal volatile bool IsInputClosed;

    /// <summary>The keys of the session at this moment.</summary>
    internal SessionKeys Keys => Volatile.Read(ref _keys);

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
    internal bool IsEntered => _users.AreShared;

    /// <summary>Records the use of the session by a verified message. True for the first message, which establishes the session.</summary>
    internal bool Use()
    {
        Volatile.Write(ref _lastUsed, _clock.GetTimestamp());
        return Interlocked.CompareExchange(ref _state, (int)State.Established, (int)State.Pending) == (int)State.Pending;
    }

    /// <summary>
    /// Enters the key of an instance under which messages are accepted now; null when there is none. An exchange that has entered the
    /// session asks, and leaves the key.
    /// </summary>
    internal SessionKey? EnterKey(string? instance, DateTimeOffset now)
    {
        DropOutdated(now);
        while (true)
        {
            var keys = Keys;
            var key = keys.Find(instance, now);
            if (key is null || key.TryEnter())
            {
                return key;
            }

            RequireChanged(keys);
        }
    }

    /// <summary>Enters the key for replies to a message under the key of an instance. The caller leaves it.</summary>
    internal SessionKey EnterReplyKey(string? instance)
    {
        while (true)
        {
            var keys = Keys;
            var key = keys.ForReply(instance);
            if (key.TryEnter())
            {
                return key;
            }

            RequireChanged(keys);
        }
    }

    /// <summary>
    /// Puts keys in the place of others; false when those are not the keys any more. Keys that drop out are zeroed when no exchange uses
    /// them. To be called by an exchange that has entered the session.
    /// </summary>
    internal bool TryChange(SessionKeys from, SessionKeys to)
    {
        if (Interlocked.CompareExchange(ref _keys, to, from) != from)
        {
            return false;
        }

        foreach (var key in from.All.Except(to.All))
        {
            key.Retire();
        }

        return true;
    }

    /// <summary>
    /// Makes the state by which another instance of the service can serve this session with these keys. The caller disposes of it. Null
    /// when one of the keys has been zeroed, since others took their place.
    /// </summary>
    /// <param name="endpoint">The endpoint that issued the session.</param>
    /// <param name="keys">The keys that the session has, or gets.</param>
    internal SessionState? TrySave(string endpoint, SessionKeys keys)
    {
        var states = keys.All.Select(key => StateOf(keys, key)).ToList();
        if (states.Contains(null))
        {
            states.ForEach(state => state?.Dispose());
            return null;
        }

        return new SessionState
        {
            Endpoint = endpoint,
            Id = Id,
            Keys = [.. states.Select(state => state!)],
            Version = keys.Version,
            User = CopyUser(),
            ClientCertificate = CertificateOctets?.ToArray(),
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
        Volatile.Write(ref _isFinished, true);
        try
        {
            // Read after that was written, as those who make a source write it before they read that.
            Interlocked.MemoryBarrier();
            Volatile.Read(ref _closed)?.Cancel();
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
    internal void Leave()
    {
        if (_users.Leave())
        {
            DisposeKeys();
        }
    }

    private byte[]? CertificateOctets => Cookie is null ? _certificateOctets : Cookie.Certificate?.RawData;

    private void DisposeKeys()
    {
        if (IsRevived)
        {
            // Nobody has seen it, and a stranger can have as many made as he sends messages.
            _certificate?.Dispose();
            Cookie?.Discard();
        }

        foreach (var key in Keys.All)
        {
            key.Retire();
        }
    }

    /// <summary>A key that was zeroed has dropped out of the keys before, unless the session was disposed of.</summary>
    private void RequireChanged(SessionKeys keys) => ObjectDisposedException.ThrowIf(ReferenceEquals(keys, Keys), this);

    private void DropOutdated(DateTimeOffset now)
    {
        var keys = Keys;
        var rest = keys.WithoutOutdated(now);
        if (!ReferenceEquals(rest, keys))
        {
            TryChange(keys, rest);
        }
    }

    private static SessionKeyState? StateOf(SessionKeys keys, SessionKey key)
    {
        if (!key.TryEnter())
        {
            return null;
        }

        try
        {
            var octets = new byte[key.Context.Key.Length];
            key.Context.Key.CopyTo(octets);
            return new SessionKeyState
            {
                Instance = key.Instance,
                Key = octets,
                ReplyNonces = key.SendKeys.Nonces,
                Expires = key.Expires,
                Role = key == keys.Current ? SessionKeyRole.Current
                    : key == keys.Previous ? SessionKeyRole.Previous
                    : SessionKeyRole.Pending,
                AcceptedUntil = key == keys.Previous ? keys.PreviousUntil : default,
            };
        }
        finally
        {
            key.Leave();
        }
    }
}
