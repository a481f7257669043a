namespace SecureConversation.Binding;

/// <summary>Each side signs with its own RSA key and encrypts for that of the other.</summary>
public sealed record AsymmetricSecurityBindingElement : SecurityBindingElement
{
    /// <summary>The token of the client. Must be set.</summary>
    public SecurityTokenParameters? InitiatorTokenParameters { get; init; }

    /// <summary>The token of the service. Must be set.</summary>
    public SecurityTokenParameters? RecipientTokenParameters { get; init; }

    /// <summary>
    /// Whether the client accepts the service's certificate inside a reply; it must be the very certificate that the client knows.
    /// Default false.
    /// </summary>
    public bool AllowSerializedSigningTokenOnReply { get; init; }

    /// <inheritdoc/>
    /// <remarks>Here WCF derives the keys that encrypt. That is not offered: with true, the binding is refused when it is built.</remarks>
    public override AsymmetricSecurityBindingElement SetKeyDerivation(bool requireDerivedKeys) => this with
    {
        InitiatorTokenParameters = InitiatorTokenParameters is { } initiator ? initiator with { RequireDerivedKeys = requireDerivedKeys } : null,
        RecipientTokenParameters = RecipientTokenParameters is { } recipient ? recipient with { RequireDerivedKeys = requireDerivedKeys } : null,
    };
}
