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

    private readonly ConcurrentDictionary<(MessageRole, string), MessageRequirements> _cache = new();
    private readonly SecurityBindingElement _element;
    private readonly ChannelProtectionRequirements _protection;

    public BindingMessages(MessageSecurityBinding binding, SecurityBindingElement element)
    {
        _element = element;
        _protection = binding.Protection;
        Soap = SoapNames.Of(binding.MessageVersion);
        Protocol = ProtocolVersion.Of(element.MessageSecurityVersion);
    }

    public SoapNames Soap { get; }
    public ProtocolVersion Protocol { get; }
    public SecurityBindingElement Element => _element;

    /// <summary>
    /// WCF's RequireCancellation: whether the client tells the service that a session ends. Without it, WCF keeps the state of
    /// a session in a cookie inside the token.
    /// </summary>
    public bool RequiresCancellation => _element is SymmetricSecurityBindingElement
    {
        ProtectionTokenParameters: SecureConversationSecurityTokenParameters { RequireCancellation: true },
    };

    /// <summary>The requirements for a message of the application.</summary>
    public MessageRequirements ForAction(string? action, MessageRole role)
    {
        var key = (role, action ?? "");
        if (_cache.TryGetValue(key, out var known))
        {
            return known;
        }

        var body = _protection.GetLevel(action, role.Sender);
        var requirements = MessageRequirements.Create(_element, Soap, role, body, Headers(action, role.Sender));
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
    public MessageRequirements ForReply(MessageKind request, string? action) => request switch
    {
        MessageKind.IssueRequest when action != Soap.DefaultFaultAction => ForHandshake(MessageRole.Reply),
        MessageKind.CancelRequest when action != Soap.DefaultFaultAction => ForCancel(MessageRole.Reply),
        _ => ForAction(action, MessageRole.Reply),
    };

    private HeaderProtection Headers(string? action, MessageDirection direction)
    {
        var headers = _protection.GetHeaders(action, direction);
        if (headers.IsEmpty)
        {
            return HeaderProtection.Addressing(Soap);
        }

        var signed = headers.Where(h => h.Level == ProtectionLevel.Sign).Select(h => new XmlName(h.Name, h.Namespace));
        var encrypted = headers.Where(h => h.Level == ProtectionLevel.EncryptAndSign).Select(h => new XmlName(h.Name, h.Namespace));
        return new HeaderProtection([.. Soap.AddressingHeaders, .. signed], [.. encrypted]);
    }
}
