namespace SecureConversation.Testing.Vectors;

/// <summary>
/// A security binding element with the property names of WCF. The bootstrap of a session is such an element too; the members
/// that belong to the whole binding (factory, encoding, transport) are null there.
/// </summary>
public sealed record VectorBinding
{
    public string? Factory { get; init; }
    public string? BindingType { get; init; }
    public IReadOnlyList<string>? BindingElements { get; init; }
    public string? SoapVersion { get; init; }
    public string? AddressingVersion { get; init; }
    public string? TextEncoding { get; init; }
    public string? ProtectionLevel { get; init; }
    public VectorReliableSession? ReliableSession { get; init; }
    public TimeSpan? ReceiveTimeout { get; init; }

    public required string Type { get; init; }
    public required string MessageSecurityVersion { get; init; }
    public required string DefaultAlgorithmSuite { get; init; }
    /// <summary>Null for a transport binding.</summary>
    public string? MessageProtectionOrder { get; init; }
    public required string SecurityHeaderLayout { get; init; }
    public required string KeyEntropyMode { get; init; }
    public required bool IncludeTimestamp { get; init; }
    public bool? RequireSignatureConfirmation { get; init; }
    public bool? AllowSerializedSigningTokenOnReply { get; init; }
    public required bool AllowInsecureTransport { get; init; }
    public required bool EnableUnsecuredResponse { get; init; }
    public required bool ProtectTokens { get; init; }

    /// <summary>Repeats the value of the protection token; null where there is none.</summary>
    public bool? RequireCancellation { get; init; }
    /// <summary>Repeats the value of the protection token; null where there is none.</summary>
    public bool? RequireDerivedKeys { get; init; }

    public VectorTokenParameters? ProtectionTokenParameters { get; init; }
    public VectorTokenParameters? InitiatorTokenParameters { get; init; }
    public VectorTokenParameters? RecipientTokenParameters { get; init; }
    public required VectorSupportingTokens EndpointSupportingTokenParameters { get; init; }
    public VectorSupportingTokens? OptionalEndpointSupportingTokenParameters { get; init; }
    public required VectorLocalServiceSettings LocalServiceSettings { get; init; }
    public required VectorLocalClientSettings LocalClientSettings { get; init; }
}

public sealed record VectorReliableSession
{
    public required bool Ordered { get; init; }
    public required string Version { get; init; }
}

public sealed record VectorSupportingTokens
{
    public required IReadOnlyList<VectorTokenParameters> Endorsing { get; init; }
    public required IReadOnlyList<VectorTokenParameters> Signed { get; init; }
    public required IReadOnlyList<VectorTokenParameters> SignedEncrypted { get; init; }
    public required IReadOnlyList<VectorTokenParameters> SignedEndorsing { get; init; }
}

public sealed record VectorTokenParameters
{
    public required string Type { get; init; }
    public required string InclusionMode { get; init; }
    public required string ReferenceStyle { get; init; }
    public required bool RequireDerivedKeys { get; init; }
    /// <summary>X.509 tokens only.</summary>
    public string? X509ReferenceStyle { get; init; }
    /// <summary>Session tokens only, as the two members below.</summary>
    public VectorBinding? BootstrapSecurityBindingElement { get; init; }
    public bool? CanRenewSession { get; init; }
    public bool? RequireCancellation { get; init; }
}

public sealed record VectorLocalServiceSettings
{
    public required bool DetectReplays { get; init; }
    public required TimeSpan InactivityTimeout { get; init; }
    public required TimeSpan IssuedCookieLifetime { get; init; }
    public required int MaxCachedCookies { get; init; }
    public required TimeSpan MaxClockSkew { get; init; }
    public required int MaxPendingSessions { get; init; }
    public required int MaxStatefulNegotiations { get; init; }
    public required TimeSpan NegotiationTimeout { get; init; }
    public required bool ReconnectTransportOnFailure { get; init; }
    public required int ReplayCacheSize { get; init; }
    public required TimeSpan ReplayWindow { get; init; }
    public required TimeSpan SessionKeyRenewalInterval { get; init; }
    public required TimeSpan SessionKeyRolloverInterval { get; init; }
    public required TimeSpan TimestampValidityDuration { get; init; }
}

public sealed record VectorLocalClientSettings
{
    public required bool CacheCookies { get; init; }
    public required int CookieRenewalThresholdPercentage { get; init; }
    public required bool DetectReplays { get; init; }
    public required TimeSpan MaxClockSkew { get; init; }
    public required TimeSpan MaxCookieCachingTime { get; init; }
    public required bool ReconnectTransportOnFailure { get; init; }
    public required int ReplayCacheSize { get; init; }
    public required TimeSpan ReplayWindow { get; init; }
    public required TimeSpan SessionKeyRenewalInterval { get; init; }
    public required TimeSpan SessionKeyRolloverInterval { get; init; }
    public required TimeSpan TimestampValidityDuration { get; init; }
}
