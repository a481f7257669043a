namespace SecureConversation.Binding;

/// <summary>
/// Asymmetric binding (WS-SecurityPolicy 1.2 section 7.5): each side signs with its own RSA key and encrypts for the RSA key of the other.
/// </summary>
public sealed record AsymmetricSecurityBindingElement : SecurityBindingElement
{
    /// <summary>The token of the client. Must be set.</summary>
    public SecurityTokenParameters? InitiatorTokenParameters { get; init; }

    /// <summary>The token of the service. Must be set.</summary>
    public SecurityTokenParameters? RecipientTokenParameters { get; init; }

    /// <summary>
    /// Whether the client accepts the service's certificate inside a reply. It must equal the certificate that the client was given.
    /// Default false.
    /// </summary>
    public bool AllowSerializedSigningTokenOnReply { get; init; }

    /// <inheritdoc/>
    /// <remarks>As in WCF, the certificates sign themselves: only the keys that encrypt are derived, from the EncryptedKey.</remarks>
    public override AsymmetricSecurityBindingElement SetKeyDerivation(bool requireDerivedKeys)
    {
        var (initiator, recipient) = (InitiatorTokenParameters, RecipientTokenParameters);
        return this with
        {
            InitiatorTokenParameters = initiator is null ? null : initiator with { RequireDerivedKeys = requireDerivedKeys },
            RecipientTokenParameters = recipient is null ? null : recipient with { RequireDerivedKeys = requireDerivedKeys },
        };
    }

    /// <inheritdoc/>
    public override AsymmetricSecurityBindingElement ForCxfAndWss4j() =>
        this with { MessageSecurityVersion = MessageSecurityVersion.WithBspAttributes };
}
