using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;

namespace SecureConversation.Engine.Handshake;

/// <summary>The service's side of Cancel (WS-SecureConversation 1.3 section 6).</summary>
internal sealed class ServiceCancel(BindingMessages messages, SessionRouter sessions, EngineEnvironment environment)
{
    /// <summary>
    /// Ends the session of a verified request. A request that names another session gets a fault, protected by this session.
    /// </summary>
    public async ValueTask<ServiceAnswer> AnswerAsync(
        VerifiedMessage request, ServiceSession session, ReplyProtection protection, CancellationToken cancellationToken)
    {
        try
        {
            RequireTarget(HandshakeBody.ReadRequest(request, messages.Protocol, environment.XmlLimits), session.Id);
        }
        catch (SecurityFailureException e)
        {
            environment.Refused(RequestFacts.Of(request, e));
            var fault = EnvelopeWriter.Fault(messages.Soap, FaultMap.Of(e.Code, messages.Protocol), request.MessageId);
            var requirements = messages.ForSentReply(messages.Soap.DefaultFaultAction, requestAction: null);
            return new ServiceAnswer(protection.Secure(fault, requirements), e.Code);
        }

        var response = new RequestSecurityTokenResponse { IsCancelled = true };
        var body = EnvelopeWriter.Reply(messages.Soap, messages.Protocol.CancelResponseAction, request.MessageId,
            output => response.Write(output, messages.Protocol, () => UniqueIds.Next(environment.Random)));
        var message = protection.Secure(body, messages.ForCancel(MessageRole.Reply));
        try
        {
            await sessions.CloseAsync(session, SessionCloseReason.Cancelled).ConfigureAwait(false);
            return new ServiceAnswer(message, FailureCode.None);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <summary>Makes the Cancel of a service, where messages go both ways.</summary>
    public SecuredMessage Request(ServiceSession session, ReplyProtection protection)
    {
        var trust = new RequestSecurityToken(TrustRequestKind.Cancel)
        {
            Target = new KeyReference(KeyReferenceKind.SecurityContext)
            {
                Uri = session.Id,
                Instance = session.Keys.Current.Instance,
            },
        };
        var body = EnvelopeWriter.Request(messages.Soap, messages.Protocol.CancelAction, UniqueIds.NextUrn(environment.Random),
            messages.Soap.Anonymous, output => trust.Write(output, messages.Protocol, null));
        return protection.Secure(body, messages.ForCancel(MessageRole.Reply));
    }

    /// <summary>Makes the fault of a service that gives a session up, where messages go both ways.</summary>
    public SecuredMessage Abort(ReplyProtection protection)
    {
        var fault = WireFault.SessionAborted;
        var requirements = messages.ForSentReply(fault.Action!, requestAction: null);
        return protection.Secure(EnvelopeWriter.Fault(messages.Soap, fault, relatesTo: null), requirements);
    }

    /// <summary>Ends a session that both sides have cancelled.</summary>
    public ValueTask EndAsync(ServiceSession session) => sessions.CloseAsync(session, SessionCloseReason.Cancelled);

    /// <summary>Requires a request to cancel the session whose key protects it (WS-SecureConversation 1.3 section 6).</summary>
    public static void RequireTarget(RequestSecurityToken trust, string? context)
    {
        if (trust.Kind != TrustRequestKind.Cancel
            || trust.Target is not { Kind: KeyReferenceKind.SecurityContext } target
            || target.Uri != context)
        {
            Fail.With(FailureCode.InvalidTrustRequest, "wst:CancelTarget");
        }
    }
}
