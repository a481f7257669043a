using System.Collections.Concurrent;
using System.Net.Security;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Requirements;

/// <summary>
/// The message formats of one binding element. The requirements for a role and an action are made once and kept.
/// </summary>
internal sealed class BindingMessages
{
    // Peers choose the actions, so the cache is bounded. Requirements beyond the bounds are made anew for each message.
    private const int MaxCached = 512;
    private const int MaxCachedAction = 1024;

    private readonly ConcurrentDictionary<(MessageRole Role, string Action, ProtectionLevel Body), MessageRequirements> _cache = new();
    private readonly SecurityBindingElement _element;
    private readonly ChannelProtectionRequirements _protection;
    private readonly ProtectionLevel _strongestRequest;
    private readonly ProtectionLevel _strongestReply;
    private readonly RmNames? _reliable;

    public BindingMessages(MessageSecurityBinding binding, SecurityBindingElement element)
    {
        _element = element;
        _protection = binding.Protection;
        // Sequences are above the session; its handshake knows none.
        _reliable = binding.ReliableSession is { } reliable && ReferenceEquals(element, binding.Element)
            ? RmNames.Of(reliable.ReliableMessagingVersion)
            : null;
        _strongestRequest = _protection.GetStrongest(MessageDirection.ClientToService);
        _strongestReply = _protection.GetStrongest(MessageDirection.ServiceToClient);
        Soap = SoapNames.Of(binding.MessageVersion);
        Protocol = ProtocolVersion.Of(element.MessageSecurityVersion);
    }

    public SoapNames Soap { get; }
    public ProtocolVersion Protocol { get; }
    public SecurityBindingElement Element => _element;

    /// <summary>
    /// Whether replies to a request of this kind may be without security. Only those of the application may: a handshake carries keys,
    /// and an end of a session that nobody proves would be anybody's.
    /// </summary>
    public bool AllowsUnsecuredReply(MessageKind request) => _element.EnableUnsecuredResponse && request == MessageKind.Application;

    /// <summary>The token of the session; null where the binding element establishes none.</summary>
    public SecureConversationSecurityTokenParameters? Session => _element.SessionToken;

    /// <summary>Whether the transport protects the messages.</summary>
    public bool IsProtectedByTransport => _element is TransportSecurityBindingElement;

    /// <summary>
    /// WCF's RequireCancellation: whether the client tells the service that a session ends. Without it, WCF keeps the state of
    /// a session in a cookie inside the token.
    /// </summary>
    public bool RequiresCancellation => Session is { RequireCancellation: true };

    /// <summary>The requirements for a request of the application.</summary>
    /// <param name="action">Its action; without addressing what the transport or the caller says, null when neither does.</param>
    public MessageRequirements ForRequest(string? action) => Create(
        MessageRole.Request, action, action is null && !Soap.HasAddressing
            ? _strongestRequest
            : _protection.GetLevel(action, MessageDirection.ClientToService));

    /// <summary>The requirements for a reply of the application.</summary>
    /// <param name="action">Its action; without addressing it is not known.</param>
    /// <param name="requestAction">That of the request that it answers, where the receiver of the reply knows it.</param>
    public MessageRequirements ForReply(string? action, string? requestAction) => Create(
        MessageRole.Reply, action, Soap.HasAddressing
            ? _protection.GetReplyLevel(action, requestAction)
            : _protection.GetLevelOfReplyTo(requestAction) ?? _strongestReply);

    /// <summary>
    /// The same for a service that sends it. Without addressing its client may know no actions, and demand the strongest level.
    /// </summary>
    public MessageRequirements ForSentReply(string? action, string? requestAction) =>
        ForReply(action, Soap.HasAddressing ? requestAction : null);

    private MessageRequirements Create(MessageRole role, string? action, ProtectionLevel body)
    {
        var signed = Soap.HasAddressing ? action : null;
        var key = (role, signed ?? "", body);
        if (_cache.TryGetValue(key, out var known))
        {
            return known;
        }

        // As WCF, messages of reliable messaging are signed and not encrypted, whatever the contract says (recorded).
        var level = _reliable?.Owns(signed) == true ? ProtectionLevel.Sign : body;
        var requirements = MessageRequirements.Create(_element, Soap, role, level, Headers(signed, role.Sender), signed);
        if (key.Item2.Length <= MaxCachedAction && _cache.Count < MaxCached)
        {
            _cache.TryAdd(key, requirements);
        }

        return requirements;
    }

    /// <summary>The requirements for a message of the handshake: the bootstrap always signs and encrypts it.</summary>
    public MessageRequirements ForHandshake(MessageRole role) =>
        MessageRequirements.Create(_element, Soap, role, ProtectionLevel.EncryptAndSign, HeaderProtection.Addressing(Soap));

    /// <summary>The requirements for Cancel and its response, which the session protects.</summary>
    public MessageRequirements ForCancel(MessageRole role) => ForHandshake(role).ForCancel();

    /// <summary>
    /// The requirements for a reply, by the kind of request that it answers. A fault in place of a handshake message has those
    /// of its fault action.
    /// </summary>
    public MessageRequirements ForReply(MessageKind request, string? action, string? requestAction) => request switch
    {
        MessageKind.IssueRequest or MessageKind.RenewRequest when action != Soap.DefaultFaultAction => ForHandshake(MessageRole.Reply),
        MessageKind.CancelRequest when action != Soap.DefaultFaultAction => ForCancel(MessageRole.Reply),
        _ => ForReply(action, requestAction),
    };

    private HeaderProtection Headers(string? action, MessageDirection direction)
    {
        var headers = _protection.GetHeaders(action, direction);
        if (headers.IsEmpty && _reliable is null)
        {
            return HeaderProtection.Addressing(Soap);
        }

        var signed = headers.Where(h => h.Level == ProtectionLevel.Sign).Select(h => new XmlName(h.Name, h.Namespace));
        var encrypted = headers.Where(h => h.Level == ProtectionLevel.EncryptAndSign).Select(h => new XmlName(h.Name, h.Namespace));
        return new HeaderProtection([.. Soap.AddressingHeaders, .. _reliable?.Headers ?? [], .. signed], [.. encrypted]);
    }
}
