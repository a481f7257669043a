using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;

namespace SecureConversation;

/// <summary>
/// An open session of a client: requests are protected with the key of the security context. Safe for concurrent use.
/// </summary>
public sealed class ClientSession : IDisposable
{
    private readonly MessageSecurityClient _client;
    private readonly SecurityContextKey _key;
    private readonly SessionSendKeys _sendKeys;
    private readonly Uri _to;
    private readonly UseCount _users;
    private int _isClosed;
    private int _isDisposed;

    private ClientSession(MessageSecurityClient client, SecurityContextKey key, SessionSendKeys sendKeys, DateTimeOffset expires, Uri to)
    {
        _users = new UseCount(DisposeKeys);
        _client = client;
        _key = key;
        _sendKeys = sendKeys;
        _to = to;
        Expires = expires;
    }

    /// <summary>Identifier of the security context.</summary>
    public string Id => _key.Identifier;

    /// <summary>When the key of the session expires, UTC; the end of time when the service did not say.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>Whether the service wants to be told of the end of the session; where not, disposing is all.</summary>
    public bool RequiresCancel => _client.Binding.SecureConversation!.RequireCancellation;

    /// <summary>Whether the session can no longer be used.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed) == 1;

    /// <summary>Protects a request with the keys of the session.</summary>
    /// <param name="envelope">A plain SOAP envelope with a:Action and a:To; with a:MessageID when a reply is expected.</param>
    /// <exception cref="ObjectDisposedException">The session is closed.</exception>
    /// <exception cref="ArgumentException">The envelope is no SOAP envelope of the binding's version, or lacks a header.</exception>
    public SecuredRequest Secure(ReadOnlyMemory<byte> envelope)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        using var plain = ClientEnvelope.Parse(envelope, _client.Messages.Soap, _client.Environment.XmlLimits);
        var action = plain.FindText(_client.Messages.Soap.Action);
        return Secure(plain, _client.Messages.ForAction(action, MessageDirection.ClientToService), reply: null);
    }

    /// <summary>Makes the message that ends the session; the session takes no further requests (WS-SecureConversation 1.3 section 6).</summary>
    /// <exception cref="ObjectDisposedException">The session is closed.</exception>
    /// <exception cref="InvalidOperationException">The binding has no cancellation, see <see cref="RequiresCancel"/>.</exception>
    public SessionCancel StartCancel()
    {
        if (!RequiresCancel)
        {
            throw new InvalidOperationException("The binding does not cancel sessions (RequireCancellation is false): dispose the session.");
        }

        var messages = _client.Messages;
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _isClosed, 1) == 1, this);
        var trust = new RequestSecurityToken(TrustRequestKind.Cancel)
        {
            Target = new KeyReference(KeyReferenceKind.SecurityContext) { Uri = _key.Identifier, Instance = _key.Instance },
        };
        var random = _client.Environment.Random;
        var body = EnvelopeWriter.Request(messages.Soap, messages.Protocol.CancelAction, UniqueIds.NextUrn(random), _to.AbsoluteUri,
            output => trust.Write(output, messages.Protocol, null));
        using var plain = SoapEnvelope.Parse(body.Memory, messages.Soap, _client.Environment.XmlLimits, buffer: body);
        return new SessionCancel(_client, Secure(plain, messages.ForCancel(MessageDirection.ClientToService), messages.ForCancel(MessageDirection.ServiceToClient)));
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

    internal static ClientSession Create(MessageSecurityClient client, RequestSecurityTokenResponse response, ReadOnlySpan<byte> entropy, Uri to)
    {
        var messages = client.Messages;
        if (response.Token is not { } token)
        {
            return Fail.With<ClientSession>(FailureCode.InvalidTrustResponse, "wst:RequestedSecurityToken");
        }

        var key = SessionKeys.Complete(response, entropy, client.Bootstrap!.Element.KeyEntropyMode, messages.Element.DefaultAlgorithmSuite, messages.Protocol);
        var context = new SecurityContextKey(token.Identifier, token.Instance, key);
        SessionSendKeys sendKeys;
        try
        {
            sendKeys = SessionSendKeys.Create(context, messages.ForHandshake(MessageDirection.ClientToService), client.Environment.Random,
                response.TokenXml, response.TokenId);
        }
        catch
        {
            context.Dispose();
            throw;
        }

        EngineLog.SessionOpened(client.Environment.Log, token.Identifier);
        return new ClientSession(client, context, sendKeys, response.Expires ?? DateTimeOffset.MaxValue, to);
    }

    private void DisposeKeys()
    {
        _sendKeys.Dispose();
        _key.Dispose();
    }

    private SecuredRequest Secure(SoapEnvelope plain, MessageRequirements requirements, MessageRequirements? reply)
    {
        ObjectDisposedException.ThrowIf(!_users.TryEnter(), this);
        try
        {
            var environment = _client.Environment;
            var securer = new MessageSecurer(requirements, environment.Clock, _client.Messages.Element.LocalClientSettings.TimestampValidityDuration,
                environment.Random, environment.XmlLimits);
            var message = securer.Secure(plain, new SenderToken.Context(_sendKeys), SenderExtras.None);
            var expectation = new ReplyExpectation { MessageId = plain.FindText(_client.Messages.Soap.MessageId), Signatures = message.Signatures };
            var keys = new ContextKeySource((id, instance) => id == _key.Identifier && instance == _key.Instance ? _key : null, _sendKeys);
            return new SecuredRequest(message, new ReplyReceiver(_client.Messages, environment, keys, expectation, reply, _client.Replays, _users.Leave));
        }
        catch
        {
            _users.Leave();
            throw;
        }
    }
}
