using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Which certificates may have keys on elliptic curves: those that only sign, in suites with ECDSA. What is encrypted for a certificate
/// needs its RSA key.
/// </summary>
internal static class KeyKindChecks
{
    /// <summary>What is wrong with the certificates of a service; null for nothing.</summary>
    public static string? Problem(MessageSecurityBinding binding, ServiceCredentials credentials)
    {
        var suite = SuiteOf(binding);
        const string Setting = "ServiceCredentials.ServiceCertificate (or set ServiceEncryptionCertificate)";
        // An issuer encrypts the keys of its tokens for the service, whatever protects messages.
        X509Credential[] used = IssuedTokens.Of(binding.Bootstrap ?? binding.Element).Any()
            ? [.. ServiceCertificates.Of(credentials)]
            : [.. ServiceCertificates.Of(binding, credentials)];
        return used.Length == 0 ? null
            : used.Select(own => ProblemOfRecipient(own?.Certificate, Setting)).FirstOrDefault(problem => problem is not null)
                ?? ProblemOfSigner(credentials.ServiceCertificate?.Certificate, suite);
    }

    /// <summary>What is wrong with the certificates of a client, and with those that it knows of the service; null for nothing.</summary>
    public static string? Problem(MessageSecurityBinding binding, ClientCredentials credentials)
    {
        var suite = SuiteOf(binding);
        var repliesNeedRsa = (binding.Bootstrap ?? binding.Element) is AsymmetricSecurityBindingElement;
        // Where the transport or the key of a Windows account protects messages, nothing of the service is used.
        var usesService = binding.Element is not TransportSecurityBindingElement
            && binding.NegotiatedToken is not SspiSecurityTokenParameters;
        var recipient = usesService ? credentials.ServiceEncryptionCertificate ?? credentials.ServiceCertificate : null;
        X509Certificate2?[] signing =
        [
            credentials.ClientCertificate?.Certificate, .. credentials.NamedCertificates?.Values.Select(own => own?.Certificate) ?? [],
            .. usesService ? [credentials.ServiceCertificate, .. credentials.OtherServiceCertificates] : Array.Empty<X509Certificate2?>(),
        ];
        return ProblemOfRecipient(recipient, "ClientCredentials.ServiceCertificate (or set ServiceEncryptionCertificate)")
            ?? (repliesNeedRsa ? ProblemOfRecipient((credentials.ClientEncryptionCertificate ?? credentials.ClientCertificate)?.Certificate,
                "ClientCredentials.ClientCertificate (or set ClientEncryptionCertificate)") : null)
            ?? signing.Select(certificate => ProblemOfSigner(certificate, suite)).FirstOrDefault(problem => problem is not null);
    }

    private static SecurityAlgorithmSuite SuiteOf(MessageSecurityBinding binding) =>
        (binding.Bootstrap ?? binding.Element).DefaultAlgorithmSuite;

    private static string? ProblemOfRecipient(X509Certificate2? certificate, string setting) =>
        certificate is not null && EcdsaSignature.IsOfCurve(certificate)
            ? $"{FailureText.Certificate(certificate)} has a key on an elliptic curve, and keys are encrypted for it, which needs RSA: "
                + $"give {setting} a certificate with an RSA key."
            : null;

    private static string? ProblemOfSigner(X509Certificate2? certificate, SecurityAlgorithmSuite suite) =>
        certificate is null || !EcdsaSignature.IsOfCurve(certificate) ? null
        : suite.EcdsaSignature is null
            ? $"{FailureText.Certificate(certificate)} has a key on an elliptic curve, and the suite {suite.Name} has signatures by RSA "
                + $"alone: use a certificate with an RSA key, or one of {string.Join(", ", WithCurves)}."
        : EcdsaSignature.FieldBits(certificate) == 0
            ? $"{FailureText.Certificate(certificate)} has a key on the curve "
                + $"{EcdsaSignature.CurveOf(certificate) ?? "that it describes itself"}, and {suite.Name} has "
                + $"{EcdsaSignature.Curves}: use a certificate with a key on one of these."
        : null;

    private static IEnumerable<SecurityAlgorithmSuite> WithCurves =>
        SecurityAlgorithmSuite.Known.Where(suite => suite.EcdsaSignature is not null);
}
