using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Roles;

/// <summary>What a verified request says about itself, for the log of why it goes no further.</summary>
internal static class RequestFacts
{
    public static RefusedMessage Of(VerifiedMessage request, RefusedMessage refused) => refused with
    {
        Action = request.Action,
        MessageId = request.MessageId,
        SessionId = refused.SessionId ?? request.ContextId,
        Client = refused.Client
            ?? (request.SenderCertificate is { } certificate ? FailureText.Certificate(certificate) : request.Tokens.UserName?.UserName),
    };

    public static RefusedMessage Of(VerifiedMessage request, SecurityFailureException e) => Of(request, RefusedMessage.Of(e));
}
