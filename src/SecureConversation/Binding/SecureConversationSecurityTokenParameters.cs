namespace SecureConversation.Binding;

/// <summary>The token of a session: a SecurityContextToken, issued by the service under the protection of the bootstrap.</summary>
public sealed record SecureConversationSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>The security of the handshake. Must be set, and may not be secure conversation itself.</summary>
    public SecurityBindingElement? BootstrapSecurityBindingElement { get; init; }

    /// <summary>
    /// True (default): the service keeps the session, and the client cancels it when done. False: the token carries the state of the
    /// session in a cookie; there is neither Cancel nor Renew.
    /// </summary>
    public bool RequireCancellation { get; init; } = true;

    /// <summary>Whether the client may renew the key of the session. Default true.</summary>
    public bool CanRenewSession { get; init; } = true;

    /// <summary>Levels of protection for the handshake; null (default) signs and encrypts.</summary>
    public ChannelProtectionRequirements? BootstrapProtectionRequirements { get; init; }
}
