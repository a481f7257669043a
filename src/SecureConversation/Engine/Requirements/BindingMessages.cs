using System.Collections.Concurrent;
using System.Net.Security;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Requirements;

/// <summary>
/// The message formats of one binding element: for each role and action the requirements, resolved once and kept.
/// </summary>
internal sealed class BindingMessages
{
    // Actions come from peers; beyond this many the requirements are made anew each time.
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

    /// <summary>Whether the end of a session is told to the service; where not, its state travels in a cookie (WCF's RequireCancellation).</summary>
    public bool RequiresCancellation => _element is SymmetricSecurityBindingElement
    {
        ProtectionTokenParameters: SecureConversationSecurityTokenParameters { RequireCancellation: true },
    };

    /// <summary>A message of the application.</summary>
    public MessageRequirements ForAction(string? action, MessageRole role)
    {
        var key = (role, action ?? "");
        if (_cache.TryGetValue(key, out var known))
        {
            return known;
        }

        var requirements = MessageRequirements.Create(_element, Soap, role, _protection.GetLevel(action, role.Sender), Headers(action, role.Sender));
        if (key.Item2.Length <= MaxCachedAction && _cache.Count < MaxCached)
        {
            _cache.TryAdd(key, requirements);
        }

        return requirements;
    }

    /// <summary>A message of the handshake, protected by the bootstrap: always signed and encrypted.</summary>
    public MessageRequirements ForHandshake(MessageRole role) =>
        MessageRequirements.Create(_element, Soap, role, ProtectionLevel.EncryptAndSign, HeaderProtection.Addressing(Soap));

    /// <summary>Cancel and its response, protected by the session.</summary>
    public MessageRequirements ForCancel(MessageRole role) => ForHandshake(role).ForCancel();

    /// <summary>A reply, by the request that it answers. A fault in its place follows the rules of faults.</summary>
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
