using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// Verifies what a service sends by itself in a session. There is no request that a message could be compared with: the keys say that it is
/// of this session, who derived them that it is of the service, and the memory of replays that it is new.
/// </summary>
/// <param name="role">The client.</param>
/// <param name="session">The identifier of the session.</param>
/// <param name="expires">When the key of an instance expires.</param>
internal sealed class DuplexReceiver(ClientRole role, string session, Func<string?, DateTimeOffset> expires)
{
    private readonly BindingMessages _messages = role.Messages.Application;
    private readonly EngineEnvironment _environment = role.Environment;

    /// <exception cref="SecureConversationException">The message breaks a rule, or is a fault without message security.</exception>
    public ReceivedInSession Receive(ReadOnlyMemory<byte> envelope, KeySource keys)
    {
        SoapEnvelope? wire = null;
        string? action = null;
        VerifiedMessage? message = null;
        using var verifying = _environment.Telemetry.Verify();
        verifying.Session(session);
        try
        {
            wire = SoapEnvelope.Parse(envelope, _messages.Soap, _environment.XmlLimits);
            action = wire.Action;
            if (wire.FindSecurity().IsNull)
            {
                ThrowIfFault(envelope);
            }

            var kind = role.Messages.KindInDuplex(action);
            var requirements = kind == MessageKind.Application
                ? _messages.ForReply(action, requestAction: null)
                : _messages.ForCancel(MessageRole.Reply);
            message = Verify(wire, requirements, keys);
            RequireUsable(kind, message);
            var received = new ReceivedInSession(PurposeOf(kind, message), message);
            _environment.Messages?.Verified(envelope, message, action, session, remote: null);
            _environment.Messages?.Opened(message, action, session, remote: null);
            verifying.Action(message.Action);
            verifying.Succeeded(EngineMetrics.VerifiedMessages, EngineMetrics.VerifiedBytes, envelope.Length);
            return received;
        }
        catch (SecurityFailureException e)
        {
            message?.Dispose();
            wire?.Dispose();
            verifying.Failed(e.Code);
            _environment.Refused(RefusedMessage.Of(e) with { Action = action, SessionId = session }, envelope);
            throw new SecureConversationException(
                FaultMap.Coarse(e.Code), e.Code, $"A message of the service was refused: {e.Message}.", e);
        }
    }

    private VerifiedMessage Verify(SoapEnvelope wire, MessageRequirements requirements, KeySource keys)
    {
        var freshness = Freshness.Of(_messages.Element.LocalClientSettings, _environment.Clock);
        var verifier = new MessageVerifier(requirements, keys, attempts: null, freshness, _environment.XmlLimits);
        using var authentic = verifier.Authenticate(wire);
        if (freshness.RemembersMessage(authentic.Timestamp))
        {
            var value = ReplayValues.OfSignature(authentic.ReplayValue);
            // The memory is that of all sessions of the client: none may fill it for the others.
            Freshness.RequireFirst(role.Replays.TryAdd(value, freshness.Retention, owner: session));
        }

        verifier.VerifyInClear(authentic);
        var message = verifier.Open(authentic, []);
        message.AnswersRequest = true;
        message.HandsOutUnsignedHeaders = _environment.HandOutUnsignedHeaders;
        message.HandsOutCanonicalForm = _environment.HandOutCanonicalForm;
        return message;
    }

    /// <summary>A key that has expired protects nothing but the end of the session, and the wish for another key.</summary>
    private void RequireUsable(MessageKind kind, VerifiedMessage message)
    {
        var (end, now) = (expires(message.Context?.Instance), _environment.Clock.GetUtcNow());
        if (kind == MessageKind.Application && !IsRenewalNeeded(message) && !IsAborted(message)
            && now - end > _messages.Element.LocalClientSettings.MaxClockSkew)
        {
            SessionRules.RequireUsable(kind, end, now);
        }
    }

    private ReceivedInSessionKind PurposeOf(MessageKind kind, VerifiedMessage message)
    {
        var (protocol, limits) = (_messages.Protocol, _environment.XmlLimits);
        switch (kind)
        {
            case MessageKind.CancelRequest:
                ServiceCancel.RequireTarget(HandshakeBody.ReadRequest(message, protocol, limits), session);
                return ReceivedInSessionKind.Cancel;
            case MessageKind.CancelResponse:
                return HandshakeBody.ReadResponse(message, protocol, limits).IsCancelled
                    ? ReceivedInSessionKind.Cancelled
                    : Fail.With<ReceivedInSessionKind>(FailureCode.InvalidTrustResponse, "wst:RequestedTokenCancelled");
            default:
                return IsRenewalNeeded(message) ? ReceivedInSessionKind.RenewalNeeded
                    : IsAborted(message) ? ReceivedInSessionKind.Aborted
                    : ReceivedInSessionKind.Application;
        }
    }

    private static bool IsRenewalNeeded(VerifiedMessage message) =>
        message.IsFault && message.TryReadFault(out var fault) && fault.IsRenewNeeded;

    private static bool IsAborted(VerifiedMessage message) =>
        message.IsFault && message.Action == WireFault.SessionFaultAction && message.TryReadFault(out var fault) && fault.IsSessionAborted;

    /// <summary>Throws for a fault without message security. Anybody may have sent it, but nothing that follows would be of use.</summary>
    private void ThrowIfFault(ReadOnlyMemory<byte> envelope)
    {
        using var indexed = SoapEnvelope.Parse(envelope, _messages.Soap, _environment.XmlLimits, indexBody: true);
        if (FaultReader.Read(indexed, isSecured: false) is { } fault)
        {
            _environment.Telemetry.Refused(FailureCode.PeerFault);
            _environment.Messages?.Arrived(envelope, new(FailureCode.PeerFault) { SessionId = session }, isReply: true);
            throw new SecureConversationException(fault);
        }
    }
}
