using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Sessions;

/// <summary>Rules for the use of a session. The service and the decoder share them.</summary>
internal static class SessionRules
{
    /// <summary>Refuses all messages except Cancel after the key of the session has expired (recorded from WCF).</summary>
    public static void RequireUsable(MessageKind kind, DateTimeOffset expires, DateTimeOffset now)
    {
        if (kind != MessageKind.CancelRequest && now >= expires)
        {
            Fail.With(FailureCode.ContextKeyExpired, "key of the session", $"a key that expired at {FailureText.Instant(expires)}",
                $"one that is valid at {FailureText.Instant(now)}, by the clock here");
        }
    }
}
