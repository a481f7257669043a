using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Shared;

namespace SecureConversation;

/// <summary>
/// An open session of a client: requests are protected with the key of the security context. Safe for concurrent use.
/// </summary>
public sealed partial class ClientSession : IDisposable
{
    private readonly ClientRole _role;
    private readonly Uri _to;
    private readonly UseCount _users;
    private ClientKeys _keys;
    private Func<string?, SessionKey?>? _enterOther;
    private int _isClosed;
    private int _isDisposed;

    internal ClientSession(ClientRole role, IssuedContext context, Uri to)
    {
        _users = new UseCount(RetireKeys);
        _role = role;
        _keys = KeysOf(context);
        _to = to;
        Id = context.Key.Context.Identifier;
    }

    /// <summary>Identifier of the security context.</summary>
    public string Id { get; }

    /// <summary>When the key of the session expires, UTC; <see cref="DateTimeOffset.MaxValue"/> when the service did not say.</summary>
    public DateTimeOffset Expires => Keys.Current.Expires;

    /// <summary>Whether the binding cancels sessions. If it does not, disposing of the session is enough to end it.</summary>
    public bool RequiresCancel => Messages.RequiresCancellation;

    /// <summary>
    /// Whether the key of the session can be renewed: CanRenewSession and RequireCancellation of the binding, and one version of
    /// WS-SecureConversation for the session and its bootstrap.
    /// </summary>
    public bool CanRenew => _role.Messages.CanRenew;

    /// <summary>
    /// Whether the key of the session is to be renewed before the next request, as WCF does: three fifths of its validity are over, or
    /// SessionKeyRenewalInterval of LocalClientSettings. The time counts from when the key came, by the clock of this client.
    /// </summary>
    public bool IsRenewalDue
    {
        get
        {
            var keys = Keys;
            return CanRenew && !IsClosed && _role.Environment.Clock.GetElapsedTime(keys.Since) >= keys.RenewAfter;
        }
    }

    /// <summary>Whether the session can no longer be used.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed) == 1;

    /// <summary>Protects a request with the keys of the session.</summary>
    /// <param name="envelope">A plain SOAP envelope with a:Action and a:To, and with a:MessageID when a reply is expected.</param>
    /// <exception cref="ObjectDisposedException">The session is closed.</exception>
    /// <exception cref="SecureConversationException">
    /// The key of the session expired longer than MaxClockSkew ago, by the clock of this client
    /// (<see cref="FailureCode.ContextKeyExpired"/>).
    /// </exception>
    /// <exception cref="ArgumentException">The input is not a SOAP envelope of the binding's version, or lacks a header.</exception>
    public SecuredRequest Secure(ReadOnlyMemory<byte> envelope)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        RequireUsable();
        using var plain = ClientEnvelope.Parse(envelope, Messages.Soap, _role.Environment.XmlLimits);
        var key = Enter();
        try
        {
            var action = plain.Action;
            return Secure(plain, action, key, Messages.ForRequest(action), MessageKind.Application);
        }
        catch
        {
            Leave(key);
            throw;
        }
    }

    /// <summary>
    /// Opens the reliable session of the binding in this session, which takes one: its calls go through
    /// <see cref="ReliableClientSession.CallAsync"/>, and it is closed before this session is cancelled.
    /// </summary>
    /// <param name="exchange">Sends messages of this session, and renews its key when that is due.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="InvalidOperationException">The binding has no ReliableSession.</exception>
    /// <exception cref="SecureConversationException">The service refused.</exception>
    public Task<ReliableClientSession> OpenReliableSessionAsync(
        ReliableExchange exchange, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        return ReliableClientSession.OpenAsync(_role, _role.Binding, Id, _to, exchange, cancellationToken);
    }

    /// <summary>
    /// Starts the handshake that renews the key of the session (WS-SecureConversation 1.3 section 5), also when the key has expired. The
    /// session is used meanwhile as before. When the handshake is completed, requests are under the new key, and replies under the old one
    /// are accepted for SessionKeyRolloverInterval of LocalClientSettings. A renewal that fails changes nothing.
    /// </summary>
    /// <remarks>
    /// One at a time: of several that end, the first counts. The next request should follow soon, because the service switches with it: a
    /// key that the service never saw in use cannot be renewed.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The session is closed.</exception>
    /// <exception cref="InvalidOperationException">The binding does not renew sessions, see <see cref="CanRenew"/>.</exception>
    /// <exception cref="SecureConversationException">The certificate of the service is not trusted or not the expected one.</exception>
    public SessionHandshake StartRenewal()
    {
        if (!CanRenew)
        {
            throw new InvalidOperationException("The binding does not renew sessions: CanRenewSession or RequireCancellation is false, or "
                + "the session and its bootstrap have two versions of WS-SecureConversation. Open a new session.");
        }

        ObjectDisposedException.ThrowIf(IsClosed, this);
        var service = _role.ExchangeWith(_to.AbsoluteUri);
        var measured = _role.Environment.Telemetry.Handshake();
        measured.Session(Id);
        var key = Enter();
        try
        {
            return new SessionHandshake(ClientRenew.Start(_role, service, key, _to), context => Switch(context, key), measured);
        }
        catch
        {
            measured.Dispose();
            throw;
        }
        finally
        {
            Leave(key);
        }
    }

    /// <summary>
    /// Makes the message that ends the session (WS-SecureConversation 1.3 section 6). The session takes no further requests.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The session is closed.</exception>
    /// <exception cref="InvalidOperationException">The binding has no cancellation, see <see cref="RequiresCancel"/>.</exception>
    public SessionCancel StartCancel()
    {
        if (!RequiresCancel)
        {
            throw new InvalidOperationException(
                "The binding does not cancel sessions (RequireCancellation is false): dispose the session.");
        }

        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _isClosed, 1) == 1, this);
        var key = Enter();
        try
        {
            using var plain = ClientCancel.Request(_role, key.Context, _to);
            var action = plain.FindText(Messages.Soap.Action);
            return new SessionCancel(
                _role, Secure(plain, action, key, Messages.ForCancel(MessageRole.Request), MessageKind.CancelRequest));
        }
        catch
        {
            Leave(key);
            throw;
        }
    }

    /// <summary>Closes the session without telling the service. Keys are zeroed when the last open request is disposed.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _isClosed, 1);
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _users.Leave();
        }
    }

    // The service would refuse the message. Where only the clock of this client is ahead, it is asked all the same.
    private void RequireUsable()
    {
        var now = _role.Environment.Clock.GetUtcNow();
        if (now - Expires > Messages.Element.LocalClientSettings.MaxClockSkew)
        {
            throw new SecureConversationException(SecureConversationFailure.BadContextToken, FailureCode.ContextKeyExpired,
                $"The key of the session expired at {Expires.UtcDateTime:u}; by the clock of this client it is {now.UtcDateTime:u}. Renew "
                + "it, or open a new session. How long a key lives is SessionKeyRenewalInterval of the service, or IssuedCookieLifetime "
                + "where RequireCancellation is false.");
        }
    }

    private BindingMessages Messages => _role.Messages.Application;

    /// <summary>The keys of the session at this moment.</summary>
    internal ClientKeys Keys => Volatile.Read(ref _keys);

    private ClientKeys KeysOf(IssuedContext context) => ClientKeys.Of(
        context, Messages.Element.LocalClientSettings.SessionKeyRenewalInterval, _role.Environment.Clock.GetTimestamp());

    /// <summary>Secures a message of an entered session under an entered key, both of which it leaves when it is disposed of.</summary>
    private SecuredRequest Secure(
        SoapEnvelope plain, string? action, SessionKey key, MessageRequirements requirements, MessageKind kind)
    {
        var environment = _role.Environment;
        var validity = Messages.Element.LocalClientSettings.TimestampValidityDuration;
        var securer = new MessageSecurer(requirements, environment.Clock, validity, environment.Random, environment.XmlLimits);
        environment.Messages?.Plain(plain, action: null, Id, relatesTo: null, remote: null);
        using var securing = environment.Telemetry.Secure(Id);
        var (token, extras) = Messages.IsProtectedByTransport
            ? ((SenderToken)new SenderToken.Transport(), new SenderExtras { Endorsing = key.SendKeys })
            : (new SenderToken.Context(key.SendKeys), SenderExtras.None);
        var message = environment.Sent(securer.Secure(plain, token, extras), securing);
        environment.Messages?.Sent(plain, message, action: null, Id, relatesTo: null, remote: null);
        var expectation = new ReplyExpectation
        {
            MessageId = plain.MessageId,
            Action = action,
            IsReliable = ReliableHeaders.AreIn(plain),
            Session = Id,
            Signatures = message.Signatures,
        };
        var keys = new SessionReplyKeySource(key, _enterOther ??= EnterOther);
        var receiver = new ReplyReceiver(Messages, environment, keys, expectation, kind, _role.Replays, () =>
        {
            keys.LeaveOthers();
            Leave(key);
        });
        return new SecuredRequest(message, receiver) { Action = action };
    }

    /// <summary>Enters the session and its current key.</summary>
    private SessionKey Enter()
    {
        ObjectDisposedException.ThrowIf(!_users.TryEnter(), this);
        DropOutdated();
        while (true)
        {
            // One that was zeroed has dropped out of the keys before.
            var key = Keys.Current;
            if (key.TryEnter())
            {
                return key;
            }
        }
    }

    private void Leave(SessionKey key)
    {
        key.Leave();
        _users.Leave();
    }

    /// <summary>Enters another key than that of the request under which its reply may come. The request has entered the session.</summary>
    private SessionKey? EnterOther(string? instance) =>
        Keys.Find(instance, _role.Environment.Clock.GetUtcNow()) is { } key && key.TryEnter() ? key : null;

    /// <summary>Takes over what a renewal brought, unless another renewal of the same key ended before.</summary>
    internal ClientSession Switch(IssuedContext context, SessionKey renewed)
    {
        if (!_users.TryEnter())
        {
            context.Dispose();
            throw new ObjectDisposedException(nameof(ClientSession));
        }

        try
        {
            var (rollover, now) = (Messages.Element.LocalClientSettings.SessionKeyRolloverInterval, _role.Environment.Clock.GetUtcNow());
            var issued = KeysOf(context);
            while (Keys is var keys && keys.Current == renewed)
            {
                if (TryChange(keys, keys.Renewed(issued, now, rollover)))
                {
                    return this;
                }
            }

            context.Dispose();
            return this;
        }
        finally
        {
            _users.Leave();
        }
    }

    private void DropOutdated()
    {
        var keys = Keys;
        var rest = keys.WithoutOutdated(_role.Environment.Clock.GetUtcNow());
        if (!ReferenceEquals(rest, keys))
        {
            TryChange(keys, rest);
        }
    }

    private bool TryChange(ClientKeys from, ClientKeys to)
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

    private void RetireKeys()
    {
        foreach (var key in Keys.All)
        {
            key.Retire();
        }
    }
}
