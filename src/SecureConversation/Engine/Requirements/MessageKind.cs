using SecureConversation.Engine.Names;

namespace SecureConversation.Engine.Requirements;

/// <summary>The purpose of a message.</summary>
internal enum MessageKind
{
    /// <summary>A message of the application, or a fault.</summary>
    Application,

    /// <summary>Asks for a security context, under the bootstrap.</summary>
    IssueRequest,

    /// <summary>Brings the context, under the bootstrap.</summary>
    IssueResponse,

    /// <summary>Asks for another key for a context, under the bootstrap and the key that the context has.</summary>
    RenewRequest,

    /// <summary>Brings the key, under the bootstrap.</summary>
    RenewResponse,

    /// <summary>Ends the session that protects it.</summary>
    CancelRequest,

    /// <summary>Confirms the end of the session that protects it.</summary>
    CancelResponse,
}

/// <summary>
/// Tells the purpose of a message by its action. Roles and decoder ask here, and nothing else in the engine compares actions,
/// so one message cannot have two meanings.
/// </summary>
internal static class MessageKinds
{
    /// <summary>The kind of a message with this action, at a binding that establishes sessions in this version.</summary>
    public static MessageKind InSession(string? action, ProtocolVersion protocol) =>
        action == protocol.IssueAction ? MessageKind.IssueRequest
        : action == protocol.IssueResponseAction ? MessageKind.IssueResponse
        : action == protocol.RenewAction ? MessageKind.RenewRequest
        : action == protocol.RenewResponseAction ? MessageKind.RenewResponse
        : action == protocol.CancelAction ? MessageKind.CancelRequest
        : action == protocol.CancelResponseAction ? MessageKind.CancelResponse
        : MessageKind.Application;

    /// <summary>Whether a message with this action issues, renews or cancels a context, in either version.</summary>
    public static bool IsSessionRequest(string? action) =>
        Any(action, p => IsSessionRequest(action, p));

    /// <summary>Whether a message with this action issues, renews or cancels a context of this version.</summary>
    public static bool IsSessionRequest(string? action, ProtocolVersion protocol) =>
        action == protocol.IssueAction || action == protocol.RenewAction || action == protocol.CancelAction;

    /// <summary>Whether a message with this action cancels a context, in either version.</summary>
    public static bool IsCancelRequest(string? action) => Any(action, p => action == p.CancelAction);

    /// <summary>
    /// Whether a message with this action belongs to reliable messaging. WCF sends acknowledgements as replies to requests that have no
    /// a:MessageID (recorded); the sequence in them, and not a:RelatesTo, says what they are about.
    /// </summary>
    public static bool IsReliableMessaging(string? action) => action is not null
        && (action.StartsWith(Ns.RmFebruary2005 + "/", StringComparison.Ordinal)
            || action.StartsWith(Ns.Rm11 + "/", StringComparison.Ordinal));

    private static bool Any(string? action, Func<ProtocolVersion, bool> owns) =>
        action is not null && (owns(ProtocolVersion.February2005) || owns(ProtocolVersion.V13));
}
