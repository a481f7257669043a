using SecureConversation.Engine.Names;

namespace SecureConversation.Engine.Requirements;

/// <summary>What a message is for.</summary>
internal enum MessageKind
{
    /// <summary>A message of the application, or a fault.</summary>
    Application,
    /// <summary>Asks for a security context, under the bootstrap.</summary>
    IssueRequest,
    /// <summary>Brings the context, under the bootstrap.</summary>
    IssueResponse,
    /// <summary>Ends the session that protects it.</summary>
    CancelRequest,
    /// <summary>Confirms the end of the session that protects it.</summary>
    CancelResponse,
}

/// <summary>
/// Tells by its action what a message is for. Roles and decoder ask here; nothing else in the engine compares actions, so one message
/// cannot mean two things.
/// </summary>
internal static class MessageKinds
{
    /// <summary>What an action means at a binding that establishes sessions in this version.</summary>
    public static MessageKind InSession(string? action, ProtocolVersion protocol) =>
        action == protocol.IssueAction ? MessageKind.IssueRequest
        : action == protocol.IssueResponseAction ? MessageKind.IssueResponse
        : action == protocol.CancelAction ? MessageKind.CancelRequest
        : action == protocol.CancelResponseAction ? MessageKind.CancelResponse
        : MessageKind.Application;

    /// <summary>Whether a message with this action issues, renews or cancels a context, in either version.</summary>
    public static bool IsSessionRequest(string? action) => Any(action, p => action == p.IssueAction || action == p.RenewAction || action == p.CancelAction);

    /// <summary>Whether a message with this action cancels a context, in either version.</summary>
    public static bool IsCancelRequest(string? action) => Any(action, p => action == p.CancelAction);

    private static bool Any(string? action, Func<ProtocolVersion, bool> owns) =>
        action is not null && (owns(ProtocolVersion.February2005) || owns(ProtocolVersion.V13));
}
