using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The key in an EncryptedKey. The suite and the kind of key in the certificate say how it is wrapped, never the message. All that is
/// refused here stands in clear, so that refusals tell nothing; what only the private key shows ends in a random key, and the message fails
/// later.
/// </summary>
internal static class ReceivedKey
{
    /// <summary>Whether the key is wrapped by one of the ways of a suite. A suite with ML-KEM has no other.</summary>
    public static bool IsOf(SecurityAlgorithmSuite suite, EncryptedKey wrapped) =>
        suite.KeyEncapsulation is { } only ? wrapped.Encapsulation is { } encapsulation && only.WrapUri == wrapped.Algorithm
            && only.Digest.Uri == encapsulation.DigestUri && wrapped is { OaepDigest: null, OaepMgf: null }
        : wrapped.Encapsulation is null && IsOfRsaOrCurve(suite, wrapped);

    private static bool IsOfRsaOrCurve(SecurityAlgorithmSuite suite, EncryptedKey wrapped) => wrapped.Agreement is { } agreement
        ? suite.KeyAgreement is { } own && own.WrapUri == wrapped.Algorithm && own.Digest.Uri == agreement.DigestUri
            && wrapped is { OaepDigest: null, OaepMgf: null }
        : suite.AsymmetricKeyWrap.Is(wrapped.Algorithm, wrapped.OaepDigest, wrapped.OaepMgf);

    /// <summary>The algorithms of an EncryptedKey, for texts.</summary>
    public static string Found(EncryptedKey wrapped) => wrapped.Agreement is { } agreement
        ? $"{wrapped.Algorithm} {AlgorithmUris.EcdhEs} {agreement.DigestUri}"
        : wrapped.Encapsulation is { } encapsulation ? $"{wrapped.Algorithm} {encapsulation.Parameters.Uri} {encapsulation.DigestUri}"
        : $"{wrapped.Algorithm} {wrapped.OaepDigest} {wrapped.OaepMgf}";

    /// <summary>The algorithms of a suite, for texts.</summary>
    public static string Expected(SecurityAlgorithmSuite suite) => suite.KeyEncapsulation is { } only
        ? $"{only.WrapUri} {AlgorithmUris.MLKem768} or {AlgorithmUris.MLKem1024} {only.Digest.Uri} ({suite.Name})"
        : $"{suite.AsymmetricKeyWrap.Uri} {suite.AsymmetricKeyWrap.DigestUri} {suite.AsymmetricKeyWrap.MgfUri}"
        + (suite.KeyAgreement is { } own ? $" or {own.WrapUri} {AlgorithmUris.EcdhEs} {own.Digest.Uri}" : "") + $" ({suite.Name})";

    /// <summary>Unwraps the key; a random one where that fails. The caller disposes of it.</summary>
    /// <param name="wrapped">The EncryptedKey, whose algorithms are those of the suite, or of an issuer.</param>
    /// <param name="own">The certificate that it names, and its private key.</param>
    /// <param name="suite">The suite.</param>
    /// <param name="transport">The transport by RSA.</param>
    /// <param name="minimumLength">Minimum length of the key in bytes.</param>
    /// <param name="maximumLength">Maximum length of the key in bytes.</param>
    /// <param name="use">Takes down what a key of another provider throws; null where that goes on to the caller.</param>
    /// <exception cref="SecurityFailureException">
    /// It is wrapped for a key of another kind; what it says of a key agreement is not what the receiver expects; the sender's key is none.
    /// </exception>
    public static SymmetricKey Unwrap(EncryptedKey wrapped, X509Credential own, SecurityAlgorithmSuite suite, KeyWrapAlgorithm transport,
        int minimumLength, int maximumLength, KeyUse? use)
    {
        Action<Exception>? failed = use is null ? null : use.OfKeyFailure;
        if (wrapped.Encapsulation is { } encapsulation)
        {
            return Decapsulate(wrapped, encapsulation, own, suite.KeyEncapsulation!, minimumLength, maximumLength, failed);
        }

        if (wrapped.Agreement is { } agreement)
        {
            return Unwrap(wrapped, agreement, own, suite.KeyAgreement!, minimumLength, maximumLength, failed);
        }

        return own.IsRsa
            ? RsaKeyTransport.Unwrap(own.PrivateKey, transport, wrapped.CipherValue, minimumLength, maximumLength,
                suite.DefaultSymmetricKeyLength / 8, out _, failed)
            : Fail.With<SymmetricKey>(FailureCode.WrongToken, "xenc:EncryptedKey",
                "a key that is wrapped by RSA, for a certificate with a key on a curve", FailureText.Certificate(own.Certificate));
    }

    private static SymmetricKey Unwrap(EncryptedKey wrapped, AgreementMethod agreement, X509Credential own, KeyAgreementAlgorithm algorithm,
        int minimumLength, int maximumLength, Action<Exception>? failed)
    {
        if (own.AgreementKey is not { } privateKey || NamedCurve.Of(own.Certificate) is not { } curve)
        {
            return Fail.With<SymmetricKey>(FailureCode.WrongToken, "xenc:EncryptedKey",
                "a key that is wrapped by ECDH-ES, for a certificate whose key agrees on none", FailureText.Certificate(own.Certificate));
        }

        if (agreement.Curve != curve)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "dsig11:NamedCurve", agreement.Curve.Uri, curve.Uri);
        }

        // SP 800-56A section 5.6.2.3: nothing is computed with what is no public key.
        if (!curve.Has(agreement.Point))
        {
            Fail.With(FailureCode.MalformedSecurityElement, "dsig11:PublicKey");
        }

        var info = algorithm.Info(agreement.Point, own.Certificate.RawDataMemory.Span);
        if (!info.AsSpan().SequenceEqual(agreement.Info))
        {
            Fail.With(FailureCode.AlgorithmMismatch, "xenc11:ConcatKDFParams", Convert.ToHexString(agreement.Info),
                Convert.ToHexString(info));
        }

        RequireLength(wrapped.CipherValue, minimumLength, maximumLength);
        return EcdhKeyTransport.Unwrap(privateKey, curve, agreement.Point, info, algorithm, wrapped.CipherValue, out _, failed);
    }

    private static SymmetricKey Decapsulate(EncryptedKey wrapped, EncapsulationMethod encapsulation, X509Credential own,
        KeyEncapsulationAlgorithm algorithm, int minimumLength, int maximumLength, Action<Exception>? failed)
    {
        if (own.DecapsulationKey is not { } privateKey || MLKemParameters.Of(own.Certificate) is not { } parameters)
        {
            return Fail.With<SymmetricKey>(FailureCode.WrongToken, "xenc:EncryptedKey",
                "a key that is wrapped by ML-KEM, for a certificate with another kind of key", FailureText.Certificate(own.Certificate));
        }

        if (encapsulation.Parameters != parameters)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "key encapsulation", encapsulation.Parameters.Uri, parameters.Uri);
        }

        RequireLength(wrapped.CipherValue, minimumLength, maximumLength);
        return MLKemKeyTransport.Unwrap(privateKey, parameters, encapsulation.Encapsulation, own.Certificate.RawDataMemory.Span, algorithm,
            wrapped.CipherValue, out _, failed);
    }

    /// <summary>The length of the key is that of the ciphertext, for everybody to see.</summary>
    private static void RequireLength(byte[] wrapped, int minimumLength, int maximumLength)
    {
        var length = wrapped.Length - AesKeyWrap.Overhead;
        if (!AesKeyWrap.Fits(length) || length < minimumLength || length > maximumLength)
        {
            Fail.With(FailureCode.DecryptionFailed, "xenc:EncryptedKey", FailureText.Of(wrapped.Length, "octets"));
        }
    }
}
