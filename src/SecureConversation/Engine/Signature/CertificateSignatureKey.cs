using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Signature;

/// <summary>
/// The public key of a certificate and the algorithm that the suite has for keys of its kind: so the suite and the certificate say which
/// algorithm it is, and never the message.
/// </summary>
internal readonly ref struct CertificateSignatureKey
{
    private readonly CertificateKey _rsa;
    private readonly ECDsa? _curve;
    private readonly bool _isKept;
    private readonly SecurityAlgorithmSuite _suite;

    private CertificateSignatureKey(CertificateKey rsa, SecurityAlgorithmSuite suite)
    {
        _rsa = rsa;
        _suite = suite;
    }

    private CertificateSignatureKey(ECDsa curve, bool isKept, SecurityAlgorithmSuite suite)
    {
        _curve = curve;
        _isKept = isKept;
        _suite = suite;
    }

    /// <summary>The identifier of the algorithm.</summary>
    public string Uri => _curve is null ? _suite.AsymmetricSignature.Uri : _suite.EcdsaSignature!.Uri;

    /// <summary>The length of a signature value in bytes.</summary>
    public int ValueBytes => _curve is null ? (_rsa.Rsa.KeySize + 7) / 8 : EcdsaSignature.ValueBytes(_curve);

    /// <summary>The key of a certificate.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="suite">The suite.</param>
    /// <param name="whateverItsUsage">
    /// Whether it stands in for another one, and nothing is accepted by it: the certificate of a service may only agree on keys.
    /// </param>
    /// <exception cref="SecurityFailureException">It is none of those that the suite allows.</exception>
    public static CertificateSignatureKey Open(
        X509Certificate2 certificate, SecurityAlgorithmSuite suite, bool whateverItsUsage = false)
    {
        if (suite.EcdsaSignature is null || !EcdsaSignature.IsOfCurve(certificate))
        {
            return new CertificateSignatureKey(SignatureVerification.OpenRsa(certificate, suite), suite);
        }

        if (EcdsaSignature.FieldBits(certificate) == 0)
        {
            Fail.With(FailureCode.AlgorithmMismatch, "elliptic curve", EcdsaSignature.CurveOf(certificate) ?? "one that is not named",
                $"{EcdsaSignature.Curves} ({suite.Name})");
        }

        try
        {
            var known = X509Facts.OfKnown(certificate);
            var key = known is null ? certificate.GetECDsaPublicKey() : known.CurveKey;
            var isKept = known is not null && key is not null;
            key ??= whateverItsUsage ? certificate.PublicKey.GetECDsaPublicKey() : null;
            return new CertificateSignatureKey(key ?? throw new CryptographicException(), isKept, suite);
        }
        catch (CryptographicException)
        {
            // The certificate can be parsed, but the key in it cannot, or is no point of the curve.
            Fail.With(FailureCode.MalformedSecurityElement, "public key");
            throw;
        }
    }

    /// <summary>Whether a signature value holds over data.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> value) => _curve is null
        ? RsaSignature.Verify(_rsa.Rsa, _suite.AsymmetricSignature, data, value)
        : EcdsaSignature.Verify(_curve, _suite.EcdsaSignature!, data, value);

    public void Dispose()
    {
        if (_curve is null)
        {
            _rsa.Dispose();
        }
        else if (!_isKept)
        {
            _curve.Dispose();
        }
    }
}
