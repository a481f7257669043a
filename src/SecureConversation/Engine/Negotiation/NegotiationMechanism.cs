using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Engine.Negotiation;

/// <summary>What the token of a binding element says of its negotiation.</summary>
internal static class NegotiationMechanism
{
    /// <summary>The names of the negotiation.</summary>
    public static NegotiationNames NamesOf(SecurityTokenParameters token, ProtocolVersion protocol) =>
        token is SslSecurityTokenParameters ? NegotiationNames.Tls(protocol) : NegotiationNames.Spnego;

    /// <summary>Whether the service keeps the context. If not, its state travels in a cookie.</summary>
    public static bool RequiresCancellation(SecurityTokenParameters token) => token switch
    {
        SslSecurityTokenParameters tls => tls.RequireCancellation,
        SspiSecurityTokenParameters sspi => sspi.RequireCancellation,
        _ => true,
    };
}
