using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>What <see cref="MessageProtectionProfile.Strong"/> demands of credentials, and whether their keys can do it.</summary>
internal static class StrongCredentialChecks
{
    private const int TrialLength = 32;

    /// <summary>What a service accepts of issuers that weakens the profile; null for nothing.</summary>
    public static string? Problem(MessageSecurityBinding binding, IssuedTokenAuthentication options) =>
        IsStrong(binding) && options.AllowSha1Signatures == true
            ? "MessageProtectionProfile Strong takes no assertion that is signed with SHA-1: set AllowSha1Signatures to null or false."
            : null;

    /// <summary>
    /// What is wrong with the credentials of a service; null for nothing. A key that is not of RSA is tried in every profile: its provider
    /// may know no key agreement.
    /// </summary>
    public static string? Problem(MessageSecurityBinding binding, ServiceCredentials credentials)
    {
        var isStrong = IsStrong(binding);
        var suite = SuiteOf(binding);
        var takesOtherKeys = suite.KeyAgreement is not null || suite.KeyEncapsulation is not null;
        var trust = isStrong
            ? TrustProblem(credentials.ClientCertificateValidation, nameof(ServiceCredentials.ClientCertificateValidation))
            : null;
        return trust
            ?? ServiceCertificates.Of(credentials).Where(own => isStrong || (!own.IsRsa && takesOtherKeys))
                .Select(own => TrialProblem(own, suite, DecryptsAsItShould, "decrypt by"))
                .FirstOrDefault(problem => problem is not null);
    }

    /// <summary>What is wrong with the credentials of a client; null for nothing.</summary>
    public static string? Problem(MessageSecurityBinding binding, ClientCredentials credentials)
    {
        if (!IsStrong(binding))
        {
            return null;
        }

        const string Issued = "ClientCredentials.IssuedToken: MessageProtectionProfile Strong takes ";
        return TrustProblem(credentials.ServiceCertificateValidation, nameof(ClientCredentials.ServiceCertificateValidation))
            ?? (credentials.IssuedToken.AcceptIssuerKey ? $"{Issued}no key that an issuer made alone: set AcceptIssuerKey to false."
            : credentials.IssuedToken.DefaultKeyEntropyMode != SecurityKeyEntropyMode.CombinedEntropy
                ? $"{Issued}a key of both sides: leave DefaultKeyEntropyMode at CombinedEntropy."
            : credentials.NamedCertificates.Values.Prepend(credentials.ClientCertificate)
                .Select(own => TrialProblem(own, SuiteOf(binding), SignsAsItShould, "sign by"))
                .FirstOrDefault(problem => problem is not null));
    }

    private static string? TrustProblem(CertificateValidationOptions validation, string setting) =>
        validation is { Mode: X509CertificateValidationMode.None }
            ? $"{setting}: MessageProtectionProfile Strong trusts no certificate unseen: choose another Mode than None."
            : null;

    private static bool IsStrong(MessageSecurityBinding binding) =>
        binding.Element.MessageProtectionProfile == MessageProtectionProfile.Strong;

    private static SecurityAlgorithmSuite SuiteOf(MessageSecurityBinding binding) =>
        (binding.Bootstrap ?? binding.Element).DefaultAlgorithmSuite;

    /// <summary>
    /// A key in hardware, or of an older provider, may know SHA-1 and PKCS #1 1.5 alone. In a service that would look like forged messages.
    /// </summary>
    private static string? TrialProblem(
        X509Credential? own, SecurityAlgorithmSuite suite, Func<X509Credential, SecurityAlgorithmSuite, bool> isAble, string what)
    {
        if (own is null)
        {
            return null;
        }

        var reason = "its result is wrong";
        try
        {
            if (isAble(own, suite))
            {
                return null;
            }
        }
        catch (Exception e) when (!PrivateKeyFailure.IsOfTheProcess(e))
        {
            reason = e.Message;
        }

        return $"The private key of '{own}' cannot {what} the algorithm of {suite.Name} ({reason}): use a key of the certificate whose "
            + "provider has RSA-OAEP and RSA-PSS with SHA-2, ECDSA and ECDH, or ML-KEM, or a suite of WCF.";
    }

    private static bool DecryptsAsItShould(X509Credential own, SecurityAlgorithmSuite suite)
    {
        var trial = RandomNumberGenerator.GetBytes(TrialLength);
        if (own.DecapsulationKey is { } decapsulationKey)
        {
            // Whether it is able at all is what KeyKindChecks says.
            return MLKemParameters.Of(own.Certificate) is not { } parameters || suite.KeyEncapsulation is not { } encapsulation
                || DecapsulatesAsItShould(own, decapsulationKey, parameters, encapsulation, trial);
        }

        if (!own.IsRsa)
        {
            // As above.
            return own.AgreementKey is not { } privateKey || NamedCurve.Of(own.Certificate) is not { } curve
                || suite.KeyAgreement is not { } algorithm || AgreesAsItShould(own, privateKey, curve, algorithm, trial);
        }

        var wrapped = RsaKeyTransport.Wrap(own.PublicKey, suite.AsymmetricKeyWrap, trial);
        return CryptographicOperations.FixedTimeEquals(own.PrivateKey.Decrypt(wrapped, suite.AsymmetricKeyWrap.Padding), trial);
    }

    private static bool AgreesAsItShould(
        X509Credential own, ECDiffieHellman privateKey, NamedCurve curve, KeyAgreementAlgorithm algorithm, byte[] trial)
    {
        using var key = SymmetricKey.From(trial);
        var facts = X509Facts.OfLasting(own.Certificate);
        var (point, wrapped) = EcdhKeyTransport.Wrap(facts.AgreementKey!, curve, facts.Raw, algorithm, key);
        using var unwrapped = EcdhKeyTransport.Unwrap(
            privateKey, curve, point, algorithm.Info(point, facts.Raw), algorithm, wrapped, out _);
        return unwrapped.FixedTimeEquals(trial);
    }

    private static bool DecapsulatesAsItShould(
        X509Credential own, MLKem privateKey, MLKemParameters parameters, KeyEncapsulationAlgorithm algorithm, byte[] trial)
    {
        using var key = SymmetricKey.From(trial);
        var facts = X509Facts.OfLasting(own.Certificate);
        var (encapsulation, wrapped) = MLKemKeyTransport.Wrap(facts.EncapsulationKey!, parameters, facts.Raw, algorithm, key);
        using var unwrapped = MLKemKeyTransport.Unwrap(privateKey, parameters, encapsulation, facts.Raw, algorithm, wrapped, out _);
        return unwrapped.FixedTimeEquals(trial);
    }

    private static bool SignsAsItShould(X509Credential own, SecurityAlgorithmSuite suite)
    {
        var trial = RandomNumberGenerator.GetBytes(TrialLength);
        if (!own.IsRsa)
        {
            // Whether it is able at all is what KeyKindChecks says.
            using var publicKey = own.Certificate.GetECDsaPublicKey();
            return own.CurveKey is not { } curveKey || suite.EcdsaSignature is not { } ecdsa || publicKey is null
                || EcdsaSignature.Verify(publicKey, ecdsa, trial, EcdsaSignature.Sign(curveKey, ecdsa, trial));
        }

        var signature = RsaSignature.Sign(own.PrivateKey, suite.AsymmetricSignature, trial);
        return RsaSignature.Verify(own.PublicKey, suite.AsymmetricSignature, trial, signature);
    }
}
