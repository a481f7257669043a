using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Roles;

/// <summary>What a verified request says about itself, for the log of why it goes no further.</summary>
internal static class RequestFacts
{
    public static RefusedMessage Of(VerifiedMessage request, RefusedMessage refused) => refused with
    {
        Action = request.Action,
        MessageId = request.MessageId,
        RemoteAddress = refused.RemoteAddress ?? request.RemoteAddress,
        SessionId = refused.SessionId ?? request.ContextId,
        Client = refused.Client
            ?? (request.SenderCertificate is { } certificate ? FailureText.Certificate(certificate) : request.Tokens.UserName?.UserName),
    };

    /// <summary>The same for a message of which nothing is verified.</summary>
    public static RefusedMessage Of(RefusedMessage refused, string? action, string? messageId, KeyUse use, MessageOrigin origin) =>
        refused with
        {
            Action = action ?? origin.Action,
            MessageId = messageId,
            SessionId = refused.SessionId ?? use.Context,
            RemoteAddress = origin.RemoteAddress,
            KeyFailure = use.KeyFailure,
        };

    public static RefusedMessage Of(VerifiedMessage request, SecurityFailureException e) => Of(request, RefusedMessage.Of(e));
}
