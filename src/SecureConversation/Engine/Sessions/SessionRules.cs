using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Sessions;

/// <summary>What a session allows at which time. The service and the decoder ask the same rules.</summary>
internal static class SessionRules
{
    /// <summary>After its key has expired a session can only be cancelled; it stays until then (recorded from WCF).</summary>
    public static void RequireUsable(MessageKind kind, DateTimeOffset expires, DateTimeOffset now)
    {
        if (kind != MessageKind.CancelRequest && now >= expires)
        {
            Fail.With(FailureCode.ContextKeyExpired);
        }
    }
}
