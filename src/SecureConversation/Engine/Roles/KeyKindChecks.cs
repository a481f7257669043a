using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Which certificates may have keys on elliptic curves: in suites with ECDSA those that sign, and in suites with ECDH-ES those that keys
/// are encrypted for, as far as their key usage and their private keys allow it. In suites with ML-KEM keys are encrypted for such keys
/// alone, which sign nothing.
/// </summary>
internal static class KeyKindChecks
{
    private const string OfService = "(or set ServiceEncryptionCertificate)";

    /// <summary>What is wrong with the certificates of a service; null for nothing.</summary>
    public static string? Problem(MessageSecurityBinding binding, ServiceCredentials credentials)
    {
        var suite = SuiteOf(binding);
        if (ProblemOfPlatform(suite) is { } problem)
        {
            return problem;
        }

        // An issuer encrypts the keys of its tokens for the service, whatever protects messages.
        X509Credential?[] receiving = IssuedTokens.Of(binding.Bootstrap ?? binding.Element).Any()
            ? [.. ServiceCertificates.Of(credentials)]
            : [.. ServiceCertificates.Of(binding, credentials)];
        if (receiving.Length == 0)
        {
            return null;
        }

        const string Setting = $"ServiceCredentials.ServiceCertificate {OfService}";
        return receiving
                .Select(own => ProblemOfRecipient(own?.Certificate, suite, Setting) ?? ProblemOfOwnKey(own, Setting))
                .FirstOrDefault(problem => problem is not null)
            ?? credentials.KnownClientCertificates.Pairs
                .Select(pair => ProblemOfRecipient(pair.EncryptionCertificate, suite, "KnownClientCertificates.Pairs"))
                .FirstOrDefault(problem => problem is not null)
            ?? (suite.KeyEncapsulation is null ? ProblemOfSigner(credentials.ServiceCertificate?.Certificate, suite) : null)
            ?? (SignsItself(binding) ? ProblemOfSigningKey(credentials.ServiceCertificate, "ServiceCredentials.ServiceCertificate") : null);
    }

    /// <summary>What is wrong with the certificates of a client, and with those that it knows of the service; null for nothing.</summary>
    public static string? Problem(MessageSecurityBinding binding, ClientCredentials credentials)
    {
        var suite = SuiteOf(binding);
        const string ForReplies = "ClientCredentials.ClientCertificate (or set ClientEncryptionCertificate)";
        var receiving = SignsItself(binding) ? credentials.ClientEncryptionCertificate ?? credentials.ClientCertificate : null;
        var isUsed = UsesServiceCertificate(binding);
        // Keys are encrypted for another certificate of the service once the first is not valid any more.
        X509Certificate2?[] recipients = !isUsed ? []
            : credentials.ServiceEncryptionCertificate is { } encryption ? [encryption]
            : [credentials.ServiceCertificate, .. credentials.OtherServiceCertificates];
        X509Credential?[] own = [credentials.ClientCertificate, .. credentials.NamedCertificates?.Values ?? []];
        var signs = isUsed && suite.KeyEncapsulation is null;
        X509Certificate2?[] ofService = signs ? [credentials.ServiceCertificate, .. credentials.OtherServiceCertificates] : [];
        X509Certificate2?[] signing = [.. own.Select(credential => credential?.Certificate), .. ofService];
        return ProblemOfPlatform(suite)
            ?? recipients.Select(certificate => ProblemOfRecipient(certificate, suite, $"ClientCredentials.ServiceCertificate {OfService}"))
                .FirstOrDefault(problem => problem is not null)
            ?? ProblemOfRecipient(receiving?.Certificate, suite, ForReplies)
            ?? ProblemOfOwnKey(receiving, ForReplies)
            ?? signing.Select(certificate => ProblemOfSigner(certificate, suite)).FirstOrDefault(problem => problem is not null)
            ?? own.Select(credential => ProblemOfSigningKey(credential, "ClientCredentials.ClientCertificate"))
                .FirstOrDefault(problem => problem is not null);
    }

    private static SecurityAlgorithmSuite SuiteOf(MessageSecurityBinding binding) =>
        (binding.Bootstrap ?? binding.Element).DefaultAlgorithmSuite;

    private static bool UsesServiceCertificate(MessageSecurityBinding binding) =>
        binding.Element is not TransportSecurityBindingElement && binding.NegotiatedToken is not SspiSecurityTokenParameters;

    // In an asymmetric binding each side signs by its certificate, and has what it gets encrypted for it.
    private static bool SignsItself(MessageSecurityBinding binding) =>
        (binding.Bootstrap ?? binding.Element) is AsymmetricSecurityBindingElement;

    private static string? ProblemOfRecipient(X509Certificate2? certificate, SecurityAlgorithmSuite suite, string setting)
    {
        if (certificate is null)
        {
            return null;
        }

        if (suite.KeyEncapsulation is not null || MLKemParameters.IsOf(certificate))
        {
            return ProblemOfEncapsulation(certificate, suite, setting);
        }

        if (!EcdsaSignature.IsOfCurve(certificate))
        {
            return null;
        }

        if (suite.KeyAgreement is null)
        {
            return $"{FailureText.Certificate(certificate)} has a key on an elliptic curve, and keys are encrypted for it, which needs "
                + $"RSA in the suite {suite.Name}: give {setting} a certificate with an RSA key, or use one of "
                + $"{string.Join(", ", WithCurves)}.";
        }

        if (NamedCurve.Of(certificate) is null)
        {
            return ProblemOfCurve(certificate, suite);
        }

        return CertificateKey.Agrees(certificate) ? null
            : $"{FailureText.Certificate(certificate)} has a key on an elliptic curve and a key usage without key agreement, and keys are "
                + $"encrypted for it: give {setting} a certificate whose key usage has keyAgreement, or one with an RSA key.";
    }

    private static string? ProblemOfPlatform(SecurityAlgorithmSuite suite) =>
        suite.KeyEncapsulation is not null && MLKemParameters.PlatformProblem is { } problem ? $"{suite.Name}: {problem}" : null;

    private static string? ProblemOfEncapsulation(X509Certificate2 certificate, SecurityAlgorithmSuite suite, string setting)
    {
        var name = FailureText.Certificate(certificate);
        if (suite.KeyEncapsulation is null)
        {
            return $"{name} has a key of ML-KEM, and {suite.Name} wraps no keys for such: give {setting} a certificate with an RSA key, or "
                + $"use {string.Join(", ", WithEncapsulation)}.";
        }

        if (MLKemParameters.Of(certificate) is not { } parameters)
        {
            return $"{name} has a key of another kind than ML-KEM-768 and ML-KEM-1024 without parameters, and {suite.Name} wraps keys for "
                + $"these alone: give {setting} a certificate with such a key, or use Strong256.";
        }

        if (!MLKemParameters.AllowsUsage(certificate))
        {
            return $"{name} has a key of ML-KEM, and a key usage that is not keyEncipherment alone (RFC 9935 section 5): give {setting} a "
                + "certificate with that key usage.";
        }

        try
        {
            using var key = parameters.KeyOf(certificate);
            return null;
        }
        catch (CryptographicException e)
        {
            return $"The public key of {name} is none of ML-KEM ({e.Message}): give {setting} another certificate.";
        }
    }

    private static string? ProblemOfOwnKey(X509Credential? own, string setting) =>
        own is not { IsRsa: false, AgreementKey: null, DecapsulationKey: null } ? null
        : $"The private key of '{own}' is held elsewhere and only signs, and keys are encrypted for its certificate: give {setting} a "
            + "credential that is made with an ECDiffieHellman.";

    private static string? ProblemOfSigningKey(X509Credential? own, string setting) => own is not { IsRsa: false, CurveKey: null } ? null
        : $"The private key of '{own}' only agrees on keys, by its key usage or as it was given, and here it signs: give {setting} a "
            + "certificate whose key usage has digitalSignature, or a credential that is made with an ECDsa.";

    private static string? ProblemOfSigner(X509Certificate2? certificate, SecurityAlgorithmSuite suite) => certificate is null ? null
        : MLKemParameters.IsOf(certificate)
            ? $"{FailureText.Certificate(certificate)} has a key of ML-KEM, which signs nothing: use a certificate with an RSA key, and "
                + "that with ML-KEM where keys are encrypted for it (ServiceEncryptionCertificate)."
        : !EcdsaSignature.IsOfCurve(certificate) ? null
        : suite.EcdsaSignature is null
            ? $"{FailureText.Certificate(certificate)} has a key on an elliptic curve, and the suite {suite.Name} has signatures by RSA "
                + $"alone: use a certificate with an RSA key, or one of {string.Join(", ", WithCurves)}."
        : EcdsaSignature.FieldBits(certificate) == 0 ? ProblemOfCurve(certificate, suite)
        : null;

    private static string ProblemOfCurve(X509Certificate2 certificate, SecurityAlgorithmSuite suite) =>
        $"{FailureText.Certificate(certificate)} has a key on the curve "
            + $"{EcdsaSignature.CurveOf(certificate) ?? "that it describes itself"}, and {suite.Name} has "
            + $"{EcdsaSignature.Curves}: use a certificate with a key on one of these.";

    private static IEnumerable<SecurityAlgorithmSuite> WithEncapsulation =>
        SecurityAlgorithmSuite.Named.Where(suite => suite.KeyEncapsulation is not null);

    private static IEnumerable<SecurityAlgorithmSuite> WithCurves =>
        SecurityAlgorithmSuite.Known.Where(suite => suite.EcdsaSignature is not null);
}
