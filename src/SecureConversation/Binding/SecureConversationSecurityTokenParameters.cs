namespace SecureConversation.Binding;

/// <summary>The token of a session: a SecurityContextToken, issued by the service under the protection of the bootstrap.</summary>
public sealed record SecureConversationSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>The security of the handshake. Must be set, and may not be secure conversation itself.</summary>
    public SecurityBindingElement? BootstrapSecurityBindingElement { get; init; }

    /// <summary>
    /// True (default): the client cancels the session when done. False: there is no Cancel, and the session ends with
    /// <see cref="LocalServiceSecuritySettings.IssuedCookieLifetime"/>. WCF then puts its state into a cookie; here the service keeps it.
    /// </summary>
    public bool RequireCancellation { get; init; } = true;

    /// <summary>Whether the client may renew the key of the session. Default true, and without effect yet: no key is renewed, and false is refused.</summary>
    public bool CanRenewSession { get; init; } = true;

    /// <summary>Levels of protection for the handshake. It is always signed and encrypted, as null (default) says; others are refused.</summary>
    public ChannelProtectionRequirements? BootstrapProtectionRequirements { get; init; }
}
