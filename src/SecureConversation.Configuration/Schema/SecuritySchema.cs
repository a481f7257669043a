using System.Collections.Immutable;
using SecureConversation.Binding;
using static SecureConversation.Configuration.Schema.Attributes;

namespace SecureConversation.Configuration.Schema;

/// <summary>The elements <c>security</c> of a customBinding and what stands in them.</summary>
internal static class SecuritySchema
{
    public const string Modes = "authenticationMode";
    public const string SecureConversationMode = "SecureConversation";

    private const string NoConnection = "A session does not belong to a connection here, so it outlives each.";

    /// <summary>The attributes of <c>security</c> and <c>secureConversationBootstrap</c>, which are the same.</summary>
    public static ImmutableArray<AttributeSchema> SecurityAttributes { get; } =
    [
        Word(
            Modes,
            "SspiNegotiated",
            "AnonymousForCertificate",
            "AnonymousForSslNegotiated",
            "CertificateOverTransport",
            "IssuedToken",
            "IssuedTokenForCertificate",
            "IssuedTokenForSslNegotiated",
            "IssuedTokenOverTransport",
            "Kerberos",
            "KerberosOverTransport",
            "MutualCertificate",
            "MutualCertificateDuplex",
            "MutualSslNegotiated",
            SecureConversationMode,
            "SspiNegotiated",
            "SspiNegotiatedOverTransport",
            "UserNameForCertificate",
            "UserNameForSslNegotiated",
            "UserNameOverTransport"),
        Suite("defaultAlgorithmSuite"),
        Flag("allowSerializedSigningTokenOnReply"),
        Flag("enableUnsecuredResponse"),
        Flag("requireDerivedKeys", true),
        Enumeration("securityHeaderLayout", SecurityHeaderLayout.Strict),
        Flag("includeTimestamp", true),
        Flag("allowInsecureTransport"),
        Enumeration("keyEntropyMode", SecurityKeyEntropyMode.CombinedEntropy),
        Enumeration("messageProtectionOrder", MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature),
        Flag("protectTokens"),
        new("messageSecurityVersion", ValueKind.SecurityVersion, "Default"),
        Flag("requireSecurityContextCancellation", true),
        Flag("requireSignatureConfirmation"),
        Flag("canRenewSecurityContextToken", true),
        // Ours.
        Word("elementType", "", "Symmetric", "Asymmetric", "Transport"),
        Enumeration("messageProtectionProfile", MessageProtectionProfile.Wcf),
        Flag("signPrefixesInValues", true),
    ];

    public static ElementSchema Bootstrap { get; } = SecurityElement("secureConversationBootstrap");

    public static ElementSchema Security { get; } = SecurityElement("security").With(() => [Bootstrap]);

    public static ElementSchema IssuerSecurity { get; } = SecurityElement("issuerSecurity").With(() => [Bootstrap]);

    public static ElementSchema LocalClientSettings { get; } = new ElementSchema("localClientSettings").With(
        Flag("cacheCookies", true),
        Flag("detectReplays", true),
        Number("replayCacheSize", 900_000, minimum: 1),
        Time("maxClockSkew", "00:05:00"),
        Time("maxCookieCachingTime", "10675199.02:48:05.4775807"),
        Time("replayWindow", "00:05:00"),
        Time("sessionKeyRenewalInterval", "10:00:00"),
        Time("sessionKeyRolloverInterval", "00:05:00"),
        Flag("reconnectTransportOnFailure", true).Ignored(NoConnection),
        Time("timestampValidityDuration", "00:05:00"),
        Number("cookieRenewalThresholdPercentage", 60, maximum: 100));

    public static ElementSchema LocalServiceSettings { get; } = new ElementSchema("localServiceSettings").With(
        Flag("detectReplays", true),
        Time("issuedCookieLifetime", "10:00:00"),
        Number("maxStatefulNegotiations", 128),
        Number("replayCacheSize", 900_000, minimum: 1),
        Time("maxClockSkew", "00:05:00"),
        Time("negotiationTimeout", "00:01:00"),
        Time("replayWindow", "00:05:00"),
        Time("inactivityTimeout", "00:02:00"),
        Time("sessionKeyRenewalInterval", "15:00:00"),
        Time("sessionKeyRolloverInterval", "00:05:00"),
        Flag("reconnectTransportOnFailure", true).Ignored(NoConnection),
        Number("maxPendingSessions", 128, minimum: 1),
        Number("maxCachedCookies", 1000),
        Time("timestampValidityDuration", "00:05:00"));

    private static ElementSchema SecurityElement(string name) => new ElementSchema(name) { Attributes = SecurityAttributes }.With(() =>
    [
        LocalClientSettings,
        LocalServiceSettings,
        TokenSchema.IssuedTokenParameters,
        TokenSchema.Holder("protectionTokenParameters"),
        TokenSchema.Holder("initiatorTokenParameters"),
        TokenSchema.Holder("recipientTokenParameters"),
        .. TokenSchema.SupportingTokens,
    ]);
}
