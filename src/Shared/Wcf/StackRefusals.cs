namespace SecureConversation.Shared;

/// <summary>Refusals of settings in the words of the stack, whose properties the reader has set: never in those of the engine.</summary>
internal static class StackRefusals
{
#if CORE_WCF
    private const string Authentication = "ServiceCredentials.ClientCertificate.Authentication";
    private const string OfEngine = "ServiceCredentials.ClientCertificateValidation";
#else
    private const string Authentication = "ClientCredentials.ServiceCertificate.Authentication";
    private const string OfEngine = "ClientCredentials.ServiceCertificateValidation";
#endif

    // Whole phrases, the longer ones first. A test walks over the refusals and looks for names that the stack does not have.
    private static readonly (string OfEngine, string OfStack)[] Phrases =
    [
        (OfEngine + ": Mode PeerTrust", Authentication + ": CertificateValidationMode PeerTrust"),
        (OfEngine, Authentication),
        ("list the certificates in TrustedPeople, or set TrustedStoreLocation to CurrentUser.",
            "set TrustedStoreLocation to CurrentUser, or CertificateValidationMode to Custom with a CustomCertificateValidator."),
        ("Mode Custom needs a CustomValidator.",
            Authentication + ": CertificateValidationMode Custom needs a CustomCertificateValidator."),
        ("CustomValidator does not accept it.", "CustomCertificateValidator does not accept it."),
        ("A private authority is trusted by CertificateValidationOptions.TrustOnly(authority), and authorities between the two belong into "
            + "IntermediateCertificates.",
            "A private authority is trusted when it is in the store of trusted roots, or by CertificateValidationMode Custom with a "
            + "CustomCertificateValidator."),
        ("RevocationMode NoCheck, as CertificateValidationOptions.TrustOnly sets it.", "RevocationMode NoCheck."),
        ("set ServiceCredentials.UserNamePasswordValidator or UserNameAuthenticator.",
            "set ServiceCredentials.UserNameAuthentication.CustomUserNamePasswordValidator."),
        ("set ClientCredentials.UserName.", "set ClientCredentials.UserName.UserName."),
        ("set ClientCredentials.ClientCertificate.", "set ClientCredentials.ClientCertificate.Certificate."),
        ("Set ClientCredentials.ServiceIdentity.", "Give the EndpointAddress the expected identity."),
        ("Protection signs some requests", "[ProtectionLevel] signs some requests"),
        ("Protection encrypts headers", "[ProtectionLevel] encrypts headers"),
    ];

    /// <summary>Makes something of the engine out of settings of the stack.</summary>
    /// <exception cref="InvalidOperationException">The engine refuses the settings.</exception>
    public static T Checked<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (ArgumentException e)
        {
            // Without the exception of the engine, which names its own settings and parameters.
            throw new InvalidOperationException(InWordsOfTheStack(e));
        }
    }

    public static string InWordsOfTheStack(string text) =>
        Phrases.Aggregate(text, (all, phrase) => all.Replace(phrase.OfEngine, phrase.OfStack, StringComparison.Ordinal));

    private static string InWordsOfTheStack(ArgumentException e) =>
        InWordsOfTheStack(
            e.ParamName is null ? e.Message : e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal));
}
