using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Signature;

/// <summary>Core validation (XML Signature section 3.2). Only the algorithms of the suite are accepted.</summary>
internal static class SignatureVerification
{
    // The sender chooses the certificate, and a long exponent makes verification as costly as signing.
    private const int MaxExponentBytes = 8;

    /// <summary>Verifies the signature value over the canonical SignedInfo with a symmetric key.</summary>
    public static void RequireValue(SignatureElement signature, SecurityAlgorithmSuite suite, SymmetricKey key)
    {
        RequireAlgorithm(signature, suite.SymmetricSignature.Uri);
        if (!IsValue(signature, suite, key))
        {
            Fail.With(FailureCode.SignatureMismatch, "ds:SignatureValue");
        }
    }

    /// <summary>Whether the signature value holds with a symmetric key. Another algorithm than that of the suite takes as long.</summary>
    public static bool IsValue(SignatureElement signature, SecurityAlgorithmSuite suite, SymmetricKey key)
    {
        using var canonical = signature.Canonicalize();
        return key.VerifyHmac(suite.SymmetricSignature, canonical.WrittenSpan, signature.Value)
            & signature.SignatureMethod == suite.SymmetricSignature.Uri;
    }

    /// <summary>Verifies the signature value over the canonical SignedInfo with the public key of a certificate.</summary>
    public static void RequireValue(SignatureElement signature, SecurityAlgorithmSuite suite, X509Certificate2 certificate)
    {
        using var publicKey = CertificateSignatureKey.Open(certificate, suite);
        RequireAlgorithm(signature, publicKey.Uri);
        using var canonical = signature.Canonicalize();
        if (!publicKey.Verify(canonical.WrittenSpan, signature.Value))
        {
            Fail.With(FailureCode.SignatureMismatch, "ds:SignatureValue",
                $"a value that does not hold for {FailureText.Certificate(certificate)}");
        }
    }

    /// <summary>Verifies the signature value over the canonical SignedInfo with a bare public key.</summary>
    public static void RequireValue(SignatureElement signature, SecurityAlgorithmSuite suite, RSAParameters key)
    {
        RequireAlgorithm(signature, suite.AsymmetricSignature.Uri);
        using var publicKey = Create(key);
        RequireKey(publicKey, suite);
        using var canonical = signature.Canonicalize();
        if (!RsaSignature.Verify(publicKey, suite.AsymmetricSignature, canonical.WrittenSpan, signature.Value))
        {
            Fail.With(FailureCode.SignatureMismatch, "ds:SignatureValue", "a value that does not hold for its ds:KeyValue");
        }
    }

    /// <summary>Verifies the signature value over the canonical SignedInfo with a public key, which was judged.</summary>
    public static void RequireValue(SignatureElement signature, SecurityAlgorithmSuite suite, RSA publicKey)
    {
        RequireAlgorithm(signature, suite.AsymmetricSignature.Uri);
        using var canonical = signature.Canonicalize();
        if (!RsaSignature.Verify(publicKey, suite.AsymmetricSignature, canonical.WrittenSpan, signature.Value))
        {
            Fail.With(FailureCode.SignatureMismatch, "ds:SignatureValue");
        }
    }

    /// <summary>Whether the signature value holds with the public key of a certificate.</summary>
    /// <exception cref="SecurityFailureException">The key is none of those that the suite allows.</exception>
    public static bool IsValue(SignatureElement signature, SecurityAlgorithmSuite suite, X509Certificate2 certificate)
    {
        using var publicKey = CertificateSignatureKey.Open(certificate, suite);
        using var canonical = signature.Canonicalize();
        return publicKey.Verify(canonical.WrittenSpan, signature.Value) & signature.SignatureMethod == publicKey.Uri;
    }

    /// <summary>Refuses a certificate whose key is none of those that the suite allows.</summary>
    public static void RequireKey(SecurityAlgorithmSuite suite, X509Certificate2 certificate) =>
        CertificateSignatureKey.Open(certificate, suite).Dispose();

    /// <summary>Does the work of verifying a value as long as the key's; the result does not matter.</summary>
    public static void Spend(SignatureElement signature, SecurityAlgorithmSuite suite, SymmetricKey key, ReadOnlySpan<byte> value)
    {
        using var canonical = signature.Canonicalize();
        key.VerifyHmac(suite.SymmetricSignature, canonical.WrittenSpan, value[..suite.SymmetricSignature.Size]);
    }

    /// <inheritdoc cref="Spend(SignatureElement, SecurityAlgorithmSuite, SymmetricKey, ReadOnlySpan{byte})"/>
    public static void Spend(
        SignatureElement signature, SecurityAlgorithmSuite suite, X509Certificate2 certificate, ReadOnlySpan<byte> value)
    {
        using var publicKey = CertificateSignatureKey.Open(certificate, suite, whateverItsUsage: true);
        using var canonical = signature.Canonicalize();
        publicKey.Verify(canonical.WrittenSpan, value[..publicKey.ValueBytes]);
    }

    /// <summary>Refuses a message whose signature value does not hold, and says why.</summary>
    /// <exception cref="SecurityFailureException">Always.</exception>
    public static T Refuse<T>(SignatureElement signature, SecurityAlgorithmSuite suite, bool isAsymmetric)
    {
        if (!isAsymmetric || signature.SignatureMethod != suite.EcdsaSignature?.Uri)
        {
            RequireAlgorithm(signature, suite.SignatureUri(isAsymmetric));
        }

        return Fail.With<T>(FailureCode.SignatureMismatch, "ds:SignatureValue");
    }

    /// <summary>Verifies the digest of the element that a reference names; returns the canonical form that has this digest.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="target">The element that it names.</param>
    /// <param name="digest">Computes digests.</param>
    /// <param name="listsAll">Whether the prefix list has to name all prefixes in scope of the element, and all declared in it.</param>
    public static CanonicalForm RequireDigest(
        SignedReference reference, XmlElement target, ReferenceDigest digest, bool listsAll = false)
    {
        if (reference.DigestAlgorithm != digest.Algorithm.Uri)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "ds:DigestMethod", reference.DigestAlgorithm, digest.Algorithm.Uri);
        }

        using var survey = listsAll ? new PrefixSurvey(PrefixInterest.Unlisted) : null;
        var form = digest.Match(target, reference.InclusivePrefixes.Span, reference.DigestValue, survey)
            ?? Fail.With<CanonicalForm>(FailureCode.DigestMismatch, "ds:Reference", $"another digest of {target.Describe()}");
        if (survey is { HasUnlisted: true })
        {
            Fail.With(FailureCode.PartNotSigned, "namespace declaration", target.Describe());
        }

        return form;
    }

    private static void RequireAlgorithm(SignatureElement signature, string expected)
    {
        if (signature.SignatureMethod != expected)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "ds:SignatureMethod", signature.SignatureMethod, expected);
        }
    }

    /// <summary>The RSA key of a certificate, which the caller disposes of.</summary>
    /// <exception cref="SecurityFailureException">The key is none of those that the suite allows.</exception>
    public static RSA PublicKey(X509Certificate2 certificate, SecurityAlgorithmSuite suite)
    {
        var key = OpenRsa(certificate, suite);
        return key.IsKept ? certificate.GetRSAPublicKey()! : key.Rsa;
    }

    /// <summary>Refuses a key that the suite does not allow, or that costs more than others.</summary>
    /// <exception cref="SecurityFailureException">The key is none of those that the suite allows.</exception>
    public static void RequireKey(RSA key, SecurityAlgorithmSuite suite)
    {
        RequireExponent(key.ExportParameters(includePrivateParameters: false).Exponent!.Length);
        RequireLength(key, suite);
    }

    /// <summary>The RSA key of a certificate for one use.</summary>
    /// <exception cref="SecurityFailureException">The key is none of those that the suite allows.</exception>
    public static CertificateKey OpenRsa(X509Certificate2 certificate, SecurityAlgorithmSuite suite)
    {
        CertificateKey key = default;
        try
        {
            key = CertificateKey.Open(certificate, out var isRsa);
            if (!isRsa)
            {
                Fail.With(FailureCode.AlgorithmMismatch, "public key", certificate.PublicKey.Oid.Value, "RSA");
            }

            RequireExponent(key.ExponentLength);
            RequireLength(key.Rsa, suite);
            return key;
        }
        catch (SecurityFailureException)
        {
            key.Dispose();
            throw;
        }
        catch (CryptographicException)
        {
            // The certificate can be parsed, but the key in it cannot.
            key.Dispose();
            Fail.With(FailureCode.MalformedSecurityElement, "public key");
            throw;
        }
    }

    private static RSA Create(RSAParameters key)
    {
        try
        {
            return RSA.Create(key);
        }
        catch (CryptographicException)
        {
            return Fail.With<RSA>(FailureCode.MalformedSecurityElement, "public key");
        }
    }

    private static void RequireExponent(int length)
    {
        if (length > MaxExponentBytes)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "RSA exponent");
        }
    }

    private static void RequireLength(RSA key, SecurityAlgorithmSuite suite)
    {
        if (!suite.IsAsymmetricKeyLengthSupported(key.KeySize))
        {
            Fail.With(FailureCode.AlgorithmMismatch, "RSA key length", FailureText.Of(key.KeySize, "bits"),
                $"{suite.MinAsymmetricKeyLength} to {suite.MaxAsymmetricKeyLength} bits ({suite.Name})");
        }
    }

    /// <summary>The canonical form of a ds:SignedInfo, which is the only one that is kept.</summary>
    public static BufferSink Canonicalize(XmlElement signedInfo, ReadOnlyMemory<byte> inclusivePrefixes)
    {
        // This is computed before anything is authenticated.
        var sink = new BufferSink(SignatureElement.MaxSignedInfoBytes);
        try
        {
            ExclusiveCanonicalizer.Canonicalize(signedInfo, inclusivePrefixes.Span, CanonicalForm.Recommendation, sink);
            return sink;
        }
        catch
        {
            sink.Dispose();
            throw;
        }
    }
}
