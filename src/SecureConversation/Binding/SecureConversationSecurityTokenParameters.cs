namespace SecureConversation.Binding;

/// <summary>The token of a session: a SecurityContextToken (WS-SecureConversation 1.3 section 2) that the service issues.</summary>
public sealed record SecureConversationSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>The security settings of the handshake. Must be set, and must not be a secure conversation element.</summary>
    public SecurityBindingElement? BootstrapSecurityBindingElement { get; init; }

    /// <summary>
    /// True (default): the client cancels the session when done. False: there is no Cancel, and the session ends after
    /// <see cref="LocalServiceSecuritySettings.IssuedCookieLifetime"/>. Its state travels in a cookie inside each request, and the service
    /// keeps none: the session outlives a restart, any instance of the service serves it, and the application has no session id.
    /// </summary>
    public bool RequireCancellation { get; init; } = true;

    /// <summary>
    /// Whether the client may renew the key of the session. Default true. False at the service: renewals are refused, and a session ends
    /// with its key. False at the client: it does not renew. A session whose <see cref="RequireCancellation"/> is false is not renewed, as
    /// in WCF.
    /// </summary>
    public bool CanRenewSession { get; init; } = true;

    /// <summary>
    /// Protection levels of the handshake. Default null: the handshake is signed and encrypted. Other requirements are refused.
    /// </summary>
    public ChannelProtectionRequirements? BootstrapProtectionRequirements { get; init; }
}
