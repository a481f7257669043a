using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Sessions;

/// <summary>Rules for the use of a session. The service and the decoder share them.</summary>
internal static class SessionRules
{
    /// <summary>
    /// Whether a message is under a key that has expired. Cancel is accepted then, too (recorded from WCF), and its response.
    /// </summary>
    public static bool IsExpired(MessageKind kind, DateTimeOffset expires, DateTimeOffset now) =>
        kind is not (MessageKind.CancelRequest or MessageKind.CancelResponse) && now >= expires;

    /// <summary>Refuses all messages except Cancel after their key has expired.</summary>
    public static void RequireUsable(MessageKind kind, DateTimeOffset expires, DateTimeOffset now)
    {
        if (IsExpired(kind, expires, now))
        {
            Fail.With(FailureCode.ContextKeyExpired, "key of the session", $"a key that expired at {FailureText.Instant(expires)}",
                $"one that is valid at {FailureText.Instant(now)}, by the clock here");
        }
    }
}
