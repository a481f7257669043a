namespace SecureConversation.Analyzers;

/// <summary>WCF's methods that make security binding elements.</summary>
internal static class Factories
{
    public const string SecureConversation = "CreateSecureConversationBindingElement";

    /// <summary>Those that MessageSecurityBindingElement has.</summary>
    public static readonly HashSet<string> Offered =
    [
        "CreateMutualCertificateBindingElement",
        "CreateMutualCertificateDuplexBindingElement",
        "CreateAnonymousForCertificateBindingElement",
        "CreateUserNameForCertificateBindingElement",
        "CreateIssuedTokenBindingElement",
        "CreateIssuedTokenForCertificateBindingElement",
        SecureConversation,
    ];
}
