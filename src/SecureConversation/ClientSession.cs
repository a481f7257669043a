using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Receive;
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
public sealed class ClientSession : IDisposable
{
    private readonly ClientRole _role;
    private readonly IssuedContext _context;
    private readonly Uri _to;
    private readonly UseCount _users;
    private int _isClosed;
    private int _isDisposed;

    internal ClientSession(ClientRole role, IssuedContext context, Uri to)
    {
        _users = new UseCount(context.Dispose);
        _role = role;
        _context = context;
        _to = to;
    }

    /// <summary>Identifier of the security context.</summary>
    public string Id => _context.Key.Identifier;

    /// <summary>When the key of the session expires, UTC; <see cref="DateTimeOffset.MaxValue"/> when the service did not say.</summary>
    public DateTimeOffset Expires => _context.Expires;

    /// <summary>Whether the binding cancels sessions. If it does not, disposing of the session is enough to end it.</summary>
    public bool RequiresCancel => Messages.RequiresCancellation;

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
        return Secure(plain, Messages.ForRequest(plain.FindText(Messages.Soap.Action)), MessageKind.Application);
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
        using var plain = ClientCancel.Request(_role, _context.Key, _to);
        return new SessionCancel(_role, Secure(plain, Messages.ForCancel(MessageRole.Request), MessageKind.CancelRequest));
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
                $"The key of the session expired at {Expires.UtcDateTime:u}; by the clock of this client it is {now.UtcDateTime:u}. Open a "
                + "new session. How long a key lives is SessionKeyRenewalInterval of the service, or IssuedCookieLifetime where "
                + "RequireCancellation is false.");
        }
    }

    private BindingMessages Messages => _role.Messages.Application;

    private SecuredRequest Secure(SoapEnvelope plain, MessageRequirements requirements, MessageKind kind)
    {
        ObjectDisposedException.ThrowIf(!_users.TryEnter(), this);
        try
        {
            var environment = _role.Environment;
            var validity = Messages.Element.LocalClientSettings.TimestampValidityDuration;
            var securer = new MessageSecurer(requirements, environment.Clock, validity, environment.Random, environment.XmlLimits);
            using var securing = environment.Telemetry.Secure(Id);
            var message = environment.Sent(securer.Secure(plain, new SenderToken.Context(_context.SendKeys), SenderExtras.None), securing);
            var expectation = new ReplyExpectation
            {
                MessageId = plain.FindText(Messages.Soap.MessageId),
                Action = plain.FindText(Messages.Soap.Action),
                Signatures = message.Signatures,
            };
            var keys = new ContextKeySource(_context.Key, _context.SendKeys);
            var receiver = new ReplyReceiver(Messages, environment, keys, expectation, kind, _role.Replays, _users.Leave);
            return new SecuredRequest(message, receiver);
        }
        catch
        {
            _users.Leave();
            throw;
        }
    }
}
