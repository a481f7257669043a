using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Roles;

/// <summary>Verifies the reply to one request.</summary>
internal sealed class ReplyReceiver(BindingMessages messages, EngineEnvironment environment, KeySource keys, ReplyExpectation expectation,
    MessageKind request, InMemoryReplayCache replays, Action? leave = null) : IDisposable
{
    private int _isDisposed;

    /// <summary>Called when the service says that it does not know the context of the request; null where nobody needs to know.</summary>
    public Action? ContextLost { get; init; }

    /// <exception cref="SecureConversationException">The reply breaks a rule, or is a fault without message security.</exception>
    public VerifiedMessage Verify(ReadOnlyMemory<byte> envelope)
    {
        SoapEnvelope? wire = null;
        string? action = null;
        using var verifying = environment.Telemetry.Verify();
        verifying.Session(keys.Session);
        try
        {
            wire = SoapEnvelope.Parse(envelope, messages.Soap, environment.XmlLimits);
            action = wire.Action;
            var requirements = messages.ForReply(request, action, expectation.Action);
            if (!requirements.MayLackHeader && wire.FindSecurity().IsNull)
            {
                ThrowIfFault(wire, envelope);
                var unsecured = AcceptUnsecured(wire, requirements);
                environment.Messages?.Verified(envelope, unsecured, action, keys.Session, remote: null);
                environment.Messages?.Opened(unsecured, action, keys.Session, remote: null);
                verifying.Succeeded();
                return unsecured;
            }

            var freshness = Freshness.Of(messages.Element.LocalClientSettings, environment.Clock);
            var verifier = new MessageVerifier(requirements, keys, attempts: null, freshness, environment.XmlLimits);
            using var authentic = verifier.Authenticate(wire);
            verifier.VerifyInClear(authentic);
            RequireAnswer(authentic, freshness);
            var message = verifier.Open(authentic, expectation.Signatures);
            RequireRelation(message);
            // What comes back on a connection that TLS protects answers what was sent on it.
            message.AnswersRequest =
                expectation.MessageId is not null || requirements.SignatureConfirmation || requirements.IsProtectedByTransport;
            message.AnsweredSession = requirements.IsInTransportSession ? expectation.Session : null;
            message.HandsOutUnsignedHeaders = environment.HandOutUnsignedHeaders;
            message.HandsOutCanonicalForm = environment.HandOutCanonicalForm;
            environment.Messages?.Verified(envelope, message, action, keys.Session, remote: null);
            environment.Messages?.Opened(message, action, keys.Session, remote: null);
            verifying.Action(message.Action);
            verifying.Succeeded(EngineMetrics.VerifiedMessages, EngineMetrics.VerifiedBytes, envelope.Length);
            return message;
        }
        catch (SecurityFailureException e)
        {
            var fault = wire is null ? null : FindFault(envelope);
            wire?.Dispose();
            verifying.Failed(e.Code);
            var refused = RefusedMessage.Of(e) with
            {
                Action = action,
                MessageId = expectation.MessageId,
                SessionId = keys.Session,
                KeyFailure = keys.Use?.KeyFailure,
            };
            environment.Refused(refused, envelope);
            var claim = fault is null ? "" : " It says, and nothing proves it, that the service answered with a fault: "
                + LogText.InOneLine($"{fault.Subcode ?? fault.Code}: {fault.Reason}");
            throw new SecureConversationException(FaultMap.Coarse(e.Code), e.Code, $"The reply was refused: {e.Message}.{claim}", e)
            {
                UnverifiedFault = fault,
            };
        }
    }

    public void Dispose()
    {
        // A second Leave would zero the keys while another exchange uses them.
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            expectation.Dispose();
            leave?.Invoke();
        }
    }

    /// <summary>
    /// Throws for a fault without message security. Anybody may have sent it, so it fails this call but ends no session; a context that was
    /// negotiated for single messages is negotiated again before the next one. WCF is less
    /// strict: such a fault ends its session channel. EnableUnsecuredResponse changes nothing for faults.
    /// </summary>
    private void ThrowIfFault(SoapEnvelope wire, ReadOnlyMemory<byte> envelope)
    {
        if (FindFault(envelope) is { } fault)
        {
            wire.Dispose();
            if (fault.IsLossOfContext)
            {
                ContextLost?.Invoke();
            }

            environment.Telemetry.Refused(FailureCode.PeerFault);
            environment.Messages?.Arrived(
                envelope, new(FailureCode.PeerFault) { MessageId = expectation.MessageId, SessionId = keys.Session }, isReply: true);
            throw new SecureConversationException(fault);
        }
    }

    /// <summary>
    /// Takes a reply without security as it is, where the binding allows such. Nothing of it is verified: a:RelatesTo, where it is there,
    /// only tells apart what a service mixed up.
    /// </summary>
    private VerifiedMessage AcceptUnsecured(SoapEnvelope wire, MessageRequirements requirements)
    {
        // A header for somebody else shows that there was security which this side cannot judge, and faults stay protected.
        if (!messages.AllowsUnsecuredReply(request) || !wire.Find(Wsse.Security).IsNull || wire.IsFault)
        {
            Fail.With(FailureCode.SecurityHeaderMissing, "wsse:Security", $"a body of {wire.Body.FirstChild.Describe()}");
        }

        if (wire.FindText(messages.Soap.RelatesTo) is { } relatesTo && relatesTo != expectation.MessageId)
        {
            Fail.With(FailureCode.RelatesToMismatch, "wsa:RelatesTo", relatesTo, expectation.MessageId);
        }

        return new VerifiedMessage(wire, requirements);
    }

    /// <summary>The fault that stands in clear on the wire, of which nothing is verified. What was encrypted is not looked into.</summary>
    private SoapFault? FindFault(ReadOnlyMemory<byte> envelope)
    {
        try
        {
            using var indexed = SoapEnvelope.Parse(envelope, messages.Soap, environment.XmlLimits, indexBody: true);
            return FaultReader.Read(indexed, isSecured: false);
        }
        catch (SecurityFailureException)
        {
            return null;
        }
    }

    /// <summary>Refuses a message that is no reply to the request. Called before anything but its signature is decrypted.</summary>
    private void RequireAnswer(AuthenticMessage message, Freshness freshness)
    {
        // All replies of a session have the same keys. Only a:RelatesTo binds a reply to its request (WS-Addressing 1.0 section 3.4).
        // Messages of reliable messaging are related by their sequence (recorded), and answer nothing that has none.
        var isUnrelated = expectation.IsReliable && MessageKinds.IsReliableMessaging(message.Wire.Action)
            && message.Wire.Find(messages.Soap.RelatesTo).IsNull;
        if (message.Wire.FindText(messages.Soap.RelatesTo) is var relatesTo && relatesTo != expectation.MessageId && !isUnrelated)
        {
            Fail.With(message.Wire.FindOtherAddressing().IsNull ? FailureCode.RelatesToMismatch : FailureCode.AddressingVersionMismatch,
                "wsa:RelatesTo", relatesTo ?? "nothing", expectation.MessageId);
        }

        // Both sides hold the same keys, so a request that somebody sends back to the client verifies. It is no reply.
        foreach (var own in expectation.Signatures)
        {
            if (!message.ReplayValue.IsEmpty && own.Value.AsSpan().StartsWith(message.ReplayValue))
            {
                Fail.With(FailureCode.WrongToken, "reflected message");
            }
        }

        // A request without a:MessageID has no relation to check, so an old reply must be detected by the replay cache.
        if ((expectation.MessageId is null || isUnrelated) && freshness.RemembersMessage(message.Timestamp) && !message.ReplayValue.IsEmpty)
        {
            Freshness.RequireFirst(replays.TryAdd(
                ReplayValues.OfSignature(message.ReplayValue), freshness.Retention, owner: expectation.Session));
        }
    }

    /// <summary>
    /// In a session nothing but a:RelatesTo says which request a reply answers, so a request without a:MessageID takes none. Messages of
    /// reliable messaging have a relation of their own, and a fault only fails the call, as anybody on the way can.
    /// </summary>
    private void RequireRelation(VerifiedMessage message)
    {
        if (expectation.MessageId is null && message.Requirements.Primary == PrimaryTokenKind.SecurityContext
            && !message.IsFault && !(expectation.IsReliable && MessageKinds.IsReliableMessaging(message.Action)))
        {
            message.Dispose();
            Fail.With(FailureCode.RelatesToMismatch, "wsa:RelatesTo", "a reply to a request without wsa:MessageID");
        }
    }
}
