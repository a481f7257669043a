using SecureConversation.Binding;

namespace SecureConversation.Engine.Requirements;

/// <summary>
/// The formats of all messages of an endpoint: those of its binding and, where the binding establishes sessions, those of
/// the bootstrap that protects the handshake.
/// </summary>
internal sealed class EndpointMessages(MessageSecurityBinding binding)
{
    /// <summary>Messages of the application; they belong to a session where the binding establishes one.</summary>
    public BindingMessages Application { get; } = new(binding, binding.Element);

    /// <summary>Messages of the handshake; null where the binding establishes no sessions.</summary>
    public BindingMessages? Bootstrap { get; } = binding.Bootstrap is { } bootstrap ? new BindingMessages(binding, bootstrap) : null;

    /// <summary>
    /// What a message with this action is for. An action counts only for the side that may use it: a request with the action of a
    /// response is a message of the application like any other.
    /// </summary>
    public MessageKind KindOf(string? action, MessageRole role)
    {
        var kind = Bootstrap is null ? MessageKind.Application : MessageKinds.InSession(action, Application.Protocol);
        var isRequest = kind is MessageKind.IssueRequest or MessageKind.RenewRequest or MessageKind.CancelRequest;
        return isRequest == role.IsRequest ? kind : MessageKind.Application;
    }

    /// <summary>
    /// What a message is for that comes in a session whose messages go both ways: either side may cancel, and then the other confirms.
    /// Contexts are issued and renewed outside the session.
    /// </summary>
    public MessageKind KindInDuplex(string? action) => MessageKinds.InSession(action, Application.Protocol) switch
    {
        MessageKind.CancelRequest => MessageKind.CancelRequest,
        MessageKind.CancelResponse => MessageKind.CancelResponse,
        _ => MessageKind.Application,
    };

    /// <summary>
    /// Whether the bootstrap is of the other version of WS-SecureConversation than the session. The header of a renewal would have the
    /// version of the bootstrap, and hold a token of that of the session: WCF cannot read it (recorded), so such sessions are not renewed.
    /// </summary>
    public bool MixesVersions => Bootstrap is { } bootstrap && bootstrap.Protocol != Application.Protocol;

    /// <summary>Whether the keys of sessions are renewed. Those that are not cancelled are not renewed either, as in WCF.</summary>
    public bool CanRenew => !MixesVersions && Application.Session is { RequireCancellation: true, CanRenewSession: true };

    /// <summary>The formats, of the binding or of its bootstrap, that a message of this kind has.</summary>
    public BindingMessages FormatsOf(MessageKind kind) =>
        kind is MessageKind.IssueRequest or MessageKind.IssueResponse or MessageKind.RenewRequest or MessageKind.RenewResponse
            ? Bootstrap!
            : Application;

    /// <summary>The requirements for a request that renews a session: those of the bootstrap, endorsed by the context.</summary>
    public MessageRequirements ForRenewal() => Bootstrap!.ForHandshake(MessageRole.Request).ForRenewal(Application.Session!);

    /// <summary>The requirements for a message of this kind, of whose request nothing is known if it is a reply.</summary>
    public MessageRequirements RequirementsOf(MessageKind kind, string? action, MessageRole role) => kind switch
    {
        MessageKind.RenewRequest => ForRenewal(),
        MessageKind.IssueRequest or MessageKind.IssueResponse or MessageKind.RenewResponse => Bootstrap!.ForHandshake(role),
        MessageKind.CancelRequest or MessageKind.CancelResponse => Application.ForCancel(role),
        _ => role.IsRequest ? Application.ForRequest(action) : Application.ForReply(action, requestAction: null),
    };
}
