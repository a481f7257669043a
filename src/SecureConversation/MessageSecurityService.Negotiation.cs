using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;

namespace SecureConversation;

/// <summary>What the service does where its binding negotiates a context, for each message or for the handshake of a session.</summary>
public sealed partial class MessageSecurityService
{
    private readonly EndpointScopes? _contextScopes;
    private readonly NegotiatedContexts? _contexts;
    private readonly ServiceNegotiations? _negotiations;

    /// <summary>The formats of the element whose token is negotiated; null where none is.</summary>
    private BindingMessages? Negotiating =>
        (_messages.Bootstrap ?? _messages.Application) is { Element.NegotiatedToken: not null } negotiating ? negotiating : null;

    /// <summary>A message with a security header is never one, whatever its action says.</summary>
    private bool IsLegOfNegotiation(SoapEnvelope wire, string? action) =>
        _negotiations is not null && _negotiations.IsLeg(action) && wire.FindSecurity().IsNull;

    /// <summary>Answers a leg of a negotiation, which nothing protects.</summary>
    private async ValueTask<ServiceResult> ReceiveLegAsync(
        ReceivedEnvelope message, ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken)
    {
        var certificates = EnterCertificates();
        try
        {
            var answer = await _negotiations!.AnswerAsync(
                message, envelope, certificates.Require(message, Negotiating!), cancellationToken).ConfigureAwait(false);
            return ServiceResult.Respond.Protected(new ServiceAnswer(new SecuredMessage(answer), FailureCode.None));
        }
        finally
        {
            certificates.Leave();
        }
    }
}
