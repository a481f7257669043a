namespace SecureConversation.Binding;

/// <summary>What a binding says about one token.</summary>
public abstract record SecurityTokenParameters
{
    private protected SecurityTokenParameters()
    {
    }

    /// <summary>Whether the token travels in the message. Default: in every message to the service.</summary>
    public SecurityTokenInclusionMode InclusionMode { get; init; } = SecurityTokenInclusionMode.AlwaysToRecipient;

    /// <summary>Whether keys derived from the token's key are used in its place. Default true. Only a symmetric key can be derived from.</summary>
    public bool RequireDerivedKeys { get; init; } = true;

    /// <summary>How the token is referred to when it travels in the message. Default: by its Id; the other is refused.</summary>
    public SecurityTokenReferenceStyle ReferenceStyle { get; init; } = SecurityTokenReferenceStyle.Internal;
}
