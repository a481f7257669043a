namespace SecureConversation.ServiceModel;

/// <summary>A claim that an issued token has to make. WCF has this class; its client for .NET does not make it public.</summary>
public class ClaimTypeRequirement
{
    /// <summary>A claim that the service needs.</summary>
    /// <param name="claimType">The URI of the claim.</param>
    /// <exception cref="ArgumentException">The URI is null or empty.</exception>
    public ClaimTypeRequirement(string claimType)
        : this(claimType, isOptional: false)
    {
    }

    /// <summary>A claim.</summary>
    /// <param name="claimType">The URI of the claim.</param>
    /// <param name="isOptional">Whether the service does without.</param>
    /// <exception cref="ArgumentException">The URI is null or empty.</exception>
    public ClaimTypeRequirement(string claimType, bool isOptional)
    {
        ArgumentException.ThrowIfNullOrEmpty(claimType);
        ClaimType = claimType;
        IsOptional = isOptional;
    }

    /// <summary>The URI of the claim.</summary>
    public string ClaimType { get; }

    /// <summary>Whether the service does without.</summary>
    public bool IsOptional { get; }
}
