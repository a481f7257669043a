using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// The client's side of Cancel (WS-SecureConversation 1.3 section 6). The key of the session protects request and response.
/// </summary>
internal static class ClientCancel
{
    /// <summary>Makes the request, not yet protected.</summary>
    public static SoapEnvelope Request(ClientRole role, SecurityContextKey context, Uri to)
    {
        var (messages, random) = (role.Messages.Application, role.Environment.Random);
        var trust = new RequestSecurityToken(TrustRequestKind.Cancel)
        {
            Target = new KeyReference(KeyReferenceKind.SecurityContext) { Uri = context.Identifier, Instance = context.Instance },
        };
        var body = EnvelopeWriter.Request(messages.Soap, messages.Protocol.CancelAction, UniqueIds.NextUrn(random), to.AbsoluteUri,
            output => trust.Write(output, messages.Protocol, null));
        return SoapEnvelope.Parse(body.Memory, messages.Soap, role.Environment.XmlLimits, buffer: body);
    }

    /// <summary>Makes the response to a Cancel of the service, where messages go both ways; not yet protected.</summary>
    public static SoapEnvelope Response(ClientRole role, string? relatesTo, Uri to)
    {
        var (messages, random) = (role.Messages.Application, role.Environment.Random);
        var response = new RequestSecurityTokenResponse { IsCancelled = true };
        var body = EnvelopeWriter.Reply(messages.Soap, messages.Protocol.CancelResponseAction, relatesTo,
            output => response.Write(output, messages.Protocol, () => UniqueIds.Next(random)), to.AbsoluteUri);
        return SoapEnvelope.Parse(body.Memory, messages.Soap, role.Environment.XmlLimits, buffer: body);
    }

    /// <exception cref="SecureConversationException">The response is not a confirmation of the cancellation, or is a fault.</exception>
    public static void RequireCancelled(ClientRole role, VerifiedMessage response)
    {
        try
        {
            HandshakeBody.ThrowIfFault(response, role.Environment.XmlLimits);
            if (role.Messages.KindOf(response.Action, MessageRole.Reply) != MessageKind.CancelResponse)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "wsa:Action");
            }

            if (!HandshakeBody.ReadResponse(response, role.Messages.Application.Protocol, role.Environment.XmlLimits).IsCancelled)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "wst:RequestedTokenCancelled");
            }
        }
        catch (SecurityFailureException e)
        {
            role.Environment.Refused(RequestFacts.Of(response, e));
            throw new SecureConversationException(FaultMap.Coarse(e.Code), e.Code, $"The response to Cancel was refused: {e.Message}.", e);
        }
    }
}
