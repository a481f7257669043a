using System.Collections.Immutable;

namespace SecureConversation.Binding;

/// <summary>The kind of key that an issued token has (WS-Trust 1.3 section 9.2).</summary>
public enum SecurityKeyType
{
    /// <summary>A key that holder and service share.</summary>
    SymmetricKey,
    /// <summary>The private key of the holder.</summary>
    AsymmetricKey,
    /// <summary>None: whoever has the token is its holder.</summary>
    BearerKey,
}

/// <summary>A claim that an issued token has to make.</summary>
public sealed record ClaimTypeRequirement
{
    /// <summary>The URI of the claim.</summary>
    public required string ClaimType { get; init; }

    /// <summary>Whether the service does without. Default false.</summary>
    public bool IsOptional { get; init; }
}

/// <summary>
/// A token that a security token service issues (WS-Trust 1.3 section 4), such as a SAML assertion.
/// </summary>
public sealed record IssuedSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>The URI of the type of token; null (default) leaves it to the security token service.</summary>
    public string? TokenType { get; init; }

    /// <summary>The kind of key. Default symmetric.</summary>
    public SecurityKeyType KeyType { get; init; }

    /// <summary>Length of the key in bits; 0 (default) for that of the algorithm suite.</summary>
    public int KeySize { get; init; }

    /// <summary>The address of the security token service; null (default) where the client knows it.</summary>
    public Uri? IssuerAddress { get; init; }

    /// <summary>The address of the description of the security token service.</summary>
    public Uri? IssuerMetadataAddress { get; init; }

    /// <summary>The security of the security token service, where a configuration file says it.</summary>
    public SecurityBindingElement? IssuerSecurity { get; init; }

    /// <summary>The versions of WS-Trust and others where <see cref="IssuerSecurity"/> says none.</summary>
    public MessageSecurityVersion? DefaultMessageSecurityVersion { get; init; }

    /// <summary>Whether references to the token use the STR-Transform (WS-Security 1.1 section 8.3). Default false.</summary>
    public bool UseStrTransform { get; init; }

    /// <summary>The claims that the token has to make.</summary>
    public ImmutableArray<ClaimTypeRequirement> ClaimTypeRequirements { get; init; } = [];

    /// <summary>Elements, each one XML text, that the client adds to its RequestSecurityToken.</summary>
    public ImmutableArray<string> AdditionalRequestParameters { get; init; } = [];

    /// <summary>
    /// Returns a copy that asks for keys that fit an algorithm suite, as the federation bindings of WCF do: the elements of WS-Trust (1.3
    /// section 9) for it stand before the other additional parameters.
    /// </summary>
    /// <param name="suite">The algorithm suite of the service.</param>
    /// <param name="version">The versions of the service; that of WS-Trust decides about the elements.</param>
    public IssuedSecurityTokenParameters WithAlgorithmParameters(SecurityAlgorithmSuite suite, MessageSecurityVersion version)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(version);
        return this with
        {
            AdditionalRequestParameters = [.. AlgorithmParameters.For(KeyType, suite, version), .. AdditionalRequestParameters],
        };
    }

    /// <summary>Compares the items of lists, not the arrays.</summary>
    public bool Equals(IssuedSecurityTokenParameters? other) =>
        base.Equals(other)
        && TokenType == other.TokenType
        && KeyType == other.KeyType
        && KeySize == other.KeySize
        && IssuerAddress == other.IssuerAddress
        && IssuerMetadataAddress == other.IssuerMetadataAddress
        && Equals(IssuerSecurity, other.IssuerSecurity)
        && DefaultMessageSecurityVersion == other.DefaultMessageSecurityVersion
        && UseStrTransform == other.UseStrTransform
        && ClaimTypeRequirements.SequenceEqual(other.ClaimTypeRequirements)
        && AdditionalRequestParameters.SequenceEqual(other.AdditionalRequestParameters);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), TokenType, KeyType, KeySize, IssuerAddress);
}
