namespace SecureConversation.Binding;

/// <summary>
/// Symmetric binding (WS-SecurityPolicy 1.2 section 7.4): one symmetric key protects a request and its reply. It is either encrypted for
/// the service's certificate or the key of a session.
/// </summary>
public sealed record SymmetricSecurityBindingElement : SecurityBindingElement
{
    /// <summary>
    /// The token that protects the message: the service's certificate, for which each request has a new EncryptedKey, or a session. Must be
    /// set.
    /// </summary>
    public SecurityTokenParameters? ProtectionTokenParameters { get; init; }

    internal override SecureConversationSecurityTokenParameters? SessionToken =>
        ProtectionTokenParameters as SecureConversationSecurityTokenParameters;

    /// <inheritdoc/>
    public override SymmetricSecurityBindingElement SetKeyDerivation(bool requireDerivedKeys) =>
        this with
        {
            // A certificate may have derived keys, too: they are derived from its EncryptedKey. Supporting tokens have no symmetric key.
            ProtectionTokenParameters = ProtectionTokenParameters is { } token
                ? token with { RequireDerivedKeys = requireDerivedKeys }
                : null,
        };

    /// <inheritdoc/>
    public override SymmetricSecurityBindingElement ForCxfAndWss4j() => this with
    {
        MessageSecurityVersion = MessageSecurityVersion.WithBspAttributes,
        ProtectionTokenParameters = ProtectionTokenParameters is SecureConversationSecurityTokenParameters session
            ? session with { BootstrapSecurityBindingElement = session.BootstrapSecurityBindingElement?.ForCxfAndWss4j() }
            : ProtectionTokenParameters,
    };
}
