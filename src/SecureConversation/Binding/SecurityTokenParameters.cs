namespace SecureConversation.Binding;

/// <summary>The settings of a binding for one token.</summary>
public abstract record SecurityTokenParameters
{
    private protected SecurityTokenParameters()
    {
    }

    /// <summary>Which messages carry the token. Default: every message to the service.</summary>
    public SecurityTokenInclusionMode InclusionMode { get; init; } = SecurityTokenInclusionMode.AlwaysToRecipient;

    /// <summary>
    /// Whether messages use keys that are derived from the key of the token (WS-SecureConversation 1.3 section 7). Default true. Needs a
    /// token with a symmetric key.
    /// </summary>
    public bool RequireDerivedKeys { get; init; } = true;

    /// <summary>How a message refers to the token when it carries the token. Default: by its Id. External is refused.</summary>
    public SecurityTokenReferenceStyle ReferenceStyle { get; init; } = SecurityTokenReferenceStyle.Internal;
}
