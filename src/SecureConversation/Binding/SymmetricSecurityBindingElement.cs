namespace SecureConversation.Binding;

/// <summary>One symmetric key protects a request and its reply: a key for the service's certificate, or the key of a session.</summary>
public sealed record SymmetricSecurityBindingElement : SecurityBindingElement
{
    /// <summary>
    /// The token whose key protects the message: the service's certificate (then a fresh EncryptedKey per request) or a session.
    /// Must be set.
    /// </summary>
    public SecurityTokenParameters? ProtectionTokenParameters { get; init; }

    /// <inheritdoc/>
    public override SymmetricSecurityBindingElement SetKeyDerivation(bool requireDerivedKeys) =>
        this with
        {
            // Also for a certificate: what is derived from is the EncryptedKey made for it. Supporting tokens have no symmetric key.
            ProtectionTokenParameters = ProtectionTokenParameters is { } token ? token with { RequireDerivedKeys = requireDerivedKeys } : null,
        };
}
