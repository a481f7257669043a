using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Diagnosis;

/// <summary>
/// Decodes a recorded conversation: it decrypts and verifies each message with the given private keys, takes the keys of sessions from
/// their handshake, and reports for a broken message which rule failed. It uses the same code as client and service. For diagnosis only:
/// its results are plaintext. Not safe for concurrent use.
/// </summary>
public sealed class ConversationDecoder : IDisposable
{
    private readonly EndpointMessages _messages;
    private readonly DecoderKnowledge _knowledge;
    private readonly ConversationKeys _keys;
    private readonly RecordedClock _clock = new();
    private readonly XmlLimits _limits;
    private LocalServiceSecuritySettings? _serviceSettings;

    /// <summary>Creates a decoder for one conversation.</summary>
    /// <param name="binding">The binding of the service. If the client had a different one, decode its messages with that binding.</param>
    /// <param name="keys">The private keys of service and client.</param>
    /// <param name="maxEnvelopeBytes">Maximum size of an envelope in bytes. Default 64 MiB.</param>
    public ConversationDecoder(MessageSecurityBinding binding, ConversationKeys keys, int maxEnvelopeBytes = 64 * 1024 * 1024)
    {
        ArgumentNullException.ThrowIfNull(binding);
        ArgumentNullException.ThrowIfNull(keys);
        _messages = new EndpointMessages(binding);
        _keys = keys;
        _knowledge = new DecoderKnowledge(keys, binding, _clock);
        _limits = XmlLimits.Known with { MaxBytes = maxEnvelopeBytes };
    }

    /// <summary>Decodes the next message.</summary>
    /// <param name="envelope">The entity body in UTF-8. Must stay unchanged until the result is disposed.</param>
    /// <param name="direction">Whether the client or the service sent the message.</param>
    /// <param name="instant">When the message was received; its timestamp is checked against this time.</param>
    /// <param name="contentType">The Content-Type of the HTTP message; null when it is not known.</param>
    /// <param name="transportAction">
    /// The action of a request that the HTTP message says (SOAPAction), looked at without WS-Addressing only; null when it is not known.
    /// </param>
    /// <returns>The decoded message, or the rule that it breaks.</returns>
    public DecodedMessage Decode(
        ReadOnlyMemory<byte> envelope, MessageDirection direction, DateTimeOffset instant, string? contentType = null,
        string? transportAction = null)
    {
        _clock.Now = instant;
        var kind = DecodedKind.Unreadable;
        try
        {
            if (contentType is not null && !Soap.Version.IsMediaTypeOf(contentType))
            {
                Fail.With(FailureCode.ContentTypeMismatch);
            }

            var wire = SoapEnvelope.Parse(envelope, Soap, _limits);
            var action = wire.FindText(Soap.Action);
            var purpose = _messages.KindOf(action, MessageRole.Of(direction));
            if (purpose == MessageKind.RenewResponse && !_knowledge.IsRenewal(wire.FindText(Soap.RelatesTo)))
            {
                // A client reads the reply to another request as a message of its session, whatever its action says.
                purpose = MessageKind.Application;
            }

            kind = Kinds[purpose];
            if (purpose is MessageKind.RenewRequest or MessageKind.RenewResponse && _messages.MixesVersions)
            {
                Fail.With(FailureCode.VersionMismatch);
            }

            return Verify(wire, envelope, purpose, Soap.HasAddressing ? action : transportAction, direction);
        }
        catch (SecurityFailureException e)
        {
            return new DecodedMessage(kind, direction, null, e.Code, e.Detail) { Found = e.Found, Expected = e.Expected };
        }
    }

    /// <summary>Decodes the next message of a log. Give it those of one side only, or every message is a replay.</summary>
    /// <param name="message">A logged message. Its octets must stay unchanged until the result is disposed.</param>
    /// <returns>The decoded message, or the rule that it breaks.</returns>
    /// <exception cref="ArgumentException">The message was logged in clear, or its envelope was left out.</exception>
    public DecodedMessage Decode(LoggedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!message.IsOfTransport || message.Omitted is not null)
        {
            throw new ArgumentException(
                message.IsOfTransport ? $"The log has no envelope: {message.Omitted}." : "The message is in clear.", nameof(message));
        }

        return Decode(message.Envelope, message.Direction, message.Instant, contentType: null, message.Action);
    }

    /// <summary>
    /// Tells the decoder that the service was restarted at this point of the recording: the service lost its sessions and its replay cache.
    /// </summary>
    /// <param name="settings">The settings of the restarted service; null when they did not change.</param>
    public void ServiceRestarted(LocalServiceSecuritySettings? settings = null)
    {
        _serviceSettings = settings ?? _serviceSettings;
        _knowledge.ForgetService();
    }

    /// <summary>Zeroes the keys that the decoder took from the recorded messages.</summary>
    public void Dispose() => _knowledge.Dispose();

    internal DecoderKnowledge Knowledge => _knowledge;

    private static readonly Dictionary<MessageKind, DecodedKind> Kinds = new()
    {
        [MessageKind.Application] = DecodedKind.Application,
        [MessageKind.IssueRequest] = DecodedKind.IssueRequest,
        [MessageKind.IssueResponse] = DecodedKind.IssueResponse,
        [MessageKind.RenewRequest] = DecodedKind.RenewRequest,
        [MessageKind.RenewResponse] = DecodedKind.RenewResponse,
        [MessageKind.CancelRequest] = DecodedKind.CancelRequest,
        [MessageKind.CancelResponse] = DecodedKind.CancelResponse,
    };

    private SoapNames Soap => _messages.Application.Soap;

    private DecodedMessage? ReadUnsecuredFault(SoapEnvelope wire, ReadOnlyMemory<byte> envelope, MessageDirection direction)
    {
        if (direction != MessageDirection.ServiceToClient || !wire.FindSecurity().IsNull)
        {
            return null;
        }

        using var indexed = SoapEnvelope.Parse(envelope, Soap, _limits, indexBody: true);
        if (FaultReader.Read(indexed, isSecured: false) is not { } fault)
        {
            return null;
        }

        wire.Dispose();
        return new DecodedMessage(DecodedKind.UnsecuredFault, direction, null, FailureCode.None, null, fault);
    }

    /// <summary>A reply without security, where the binding allows such.</summary>
    private DecodedMessage? ReadUnsecuredReply(SoapEnvelope wire, MessageKind kind, string? action, MessageDirection direction)
    {
        var request = _knowledge.FindRequest(wire.FindText(Soap.RelatesTo));
        return direction == MessageDirection.ServiceToClient && wire.Find(Wsse.Security).IsNull && !wire.IsFault
            && _messages.Application.AllowsUnsecuredReply(request?.Kind ?? kind)
            ? new DecodedMessage(DecodedKind.Application, direction,
                new VerifiedMessage(wire, _messages.Application.ForReply(action, request?.Action)), FailureCode.None, null)
            : null;
    }

    private DecodedMessage Verify(
        SoapEnvelope wire, ReadOnlyMemory<byte> envelope, MessageKind kind, string? action, MessageDirection direction)
    {
        var request = direction == MessageDirection.ServiceToClient ? _knowledge.FindRequest(wire.FindText(Soap.RelatesTo)) : null;
        var messages = _messages.FormatsOf(request?.Kind ?? kind);
        var requirements = request is null
            ? _messages.RequirementsOf(kind, action, MessageRole.Of(direction))
            : messages.ForReply(request.Kind, action, request.Action);
        if (!requirements.MayLackHeader
            && (ReadUnsecuredFault(wire, envelope, direction) ?? ReadUnsecuredReply(wire, kind, action, direction)) is { } unsecured)
        {
            return unsecured;
        }

        var freshness = FreshnessOf(messages, direction);
        var source = _knowledge.Source(direction, wire, requirements);
        var verifier = new MessageVerifier(requirements, source, attempts: null, freshness, _limits);
        var message = verifier.Verify(wire, request?.Signatures ?? []);
        try
        {
            RequireTrust(message, direction);
            _knowledge.RequireFirst(message, direction, freshness);
            _knowledge.RequireUsable(message, direction, kind);
            _knowledge.Learn(message, kind, _limits);
            RequireUnderstood(message);
            var fault = message.IsFault ? ReadFault(message) : null;
            var decoded = fault is null ? Kinds[kind] : DecodedKind.SecuredFault;
            return new DecodedMessage(decoded, direction, message, FailureCode.None, null, fault);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private Freshness FreshnessOf(BindingMessages messages, MessageDirection direction) =>
        direction == MessageDirection.ClientToService
            ? Freshness.Of(_serviceSettings ?? messages.Element.LocalServiceSettings, _clock)
            : Freshness.Of(messages.Element.LocalClientSettings, _clock);

    private void RequireTrust(VerifiedMessage message, MessageDirection direction)
    {
        if (direction == MessageDirection.ServiceToClient)
        {
            return;
        }

        if (_keys.IsTrusted is { } isTrusted && !message.Certificates.All(isTrusted))
        {
            Fail.With(FailureCode.UntrustedCertificate);
        }

        if (message.Tokens.UserName is { IsDigest: false, KeyInputs: null } user
            && _keys.IsAccepted?.Invoke(user.UserName, user.Password ?? "") == false)
        {
            Fail.With(FailureCode.InvalidCredentials);
        }
    }

    private static void RequireUnderstood(VerifiedMessage message)
    {
        if (!message.FindUnsignedMustUnderstand().IsNull)
        {
            Fail.With(FailureCode.NotUnderstood);
        }
    }

    private SoapFault? ReadFault(VerifiedMessage message)
    {
        using var indexed = SoapEnvelope.Parse(message.DecryptedEnvelope, Soap, _limits, indexBody: true);
        return FaultReader.Read(indexed, isSecured: true);
    }

    private sealed class RecordedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
