using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Roles;

/// <summary>Verifies the reply to one request.</summary>
internal sealed class ReplyReceiver(BindingMessages messages, EngineEnvironment environment, KeySource keys, ReplyExpectation expectation,
    MessageKind request, InMemoryReplayCache replays, Action? leave = null) : IDisposable
{
    private int _isDisposed;

    /// <exception cref="SecureConversationException">The reply breaks a rule, or is a fault without security.</exception>
    public VerifiedMessage Verify(ReadOnlyMemory<byte> envelope)
    {
        SoapEnvelope? wire = null;
        try
        {
            wire = SoapEnvelope.Parse(envelope, messages.Soap, environment.XmlLimits);
            ThrowIfUnsecuredFault(wire, envelope);
            var requirements = messages.ForReply(request, wire.FindText(messages.Soap.Action));
            var freshness = Freshness.Of(messages.Element.LocalClientSettings, environment.Clock);
            var message = new MessageVerifier(requirements, keys, freshness, environment.XmlLimits).Verify(wire, expectation.Signatures);
            return RequireAnswer(message, freshness);
        }
        catch (SecurityFailureException e)
        {
            wire?.Dispose();
            EngineLog.Refused(environment.Log, e.Code, e.Detail);
            throw new SecureConversationException(FaultMap.Coarse(e.Code), e.Code, $"The reply was refused: {e.Message}.", e);
        }
    }

    public void Dispose()
    {
        // Leaving twice would zero the keys under another exchange.
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            expectation.Dispose();
            leave?.Invoke();
        }
    }

    /// <summary>
    /// A fault without security may come from anybody on the way: it fails this call and changes no state (hardening
    /// against WCF, whose session client would fault its channel).
    /// </summary>
    private void ThrowIfUnsecuredFault(SoapEnvelope wire, ReadOnlyMemory<byte> envelope)
    {
        if (!wire.FindSecurity().IsNull)
        {
            return;
        }

        SoapFault? fault;
        using (wire)
        using (var indexed = SoapEnvelope.Parse(envelope, messages.Soap, environment.XmlLimits, indexBody: true))
        {
            fault = FaultReader.Read(indexed, isSecured: false);
        }

        if (fault is not null)
        {
            throw new SecureConversationException(fault);
        }

        Fail.With(FailureCode.SecurityHeaderMissing);
    }

    private VerifiedMessage RequireAnswer(VerifiedMessage message, Freshness freshness)
    {
        try
        {
            // Replies of one session share keys; only the relation tells them apart (WS-Addressing 1.0 section 3.4).
            if (message.RelatesTo != expectation.MessageId)
            {
                Fail.With(FailureCode.RelatesToMismatch);
            }

            // Without a relation an old reply would do for every request.
            if (expectation.MessageId is null && freshness.RemembersMessage(message.Timestamp))
            {
                Freshness.RequireFirst(replays.TryAdd(message.ReplayValue, freshness.Retention));
            }

            message.HandsOutUnsignedHeaders = environment.HandOutUnsignedHeaders;
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }
}
