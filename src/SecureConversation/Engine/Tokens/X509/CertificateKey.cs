using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// The RSA key of a certificate for one use. It is kept with a certificate that is known, since making it costs more than using it; that
/// of a stranger's certificate ends with its use, so that strangers fill no memory with keys.
/// </summary>
internal readonly ref struct CertificateKey
{
    private CertificateKey(RSA rsa, int exponentLength, bool isKept) => (Rsa, ExponentLength, IsKept) = (rsa, exponentLength, isKept);

    public RSA Rsa { get; }

    /// <summary>How many octets the public exponent has.</summary>
    public int ExponentLength { get; }

    /// <summary>Whether the key is that of others, too, and stays.</summary>
    public bool IsKept { get; }

    /// <summary>The key of a certificate; <paramref name="isRsa"/> is false, and there is none, where the key is of another kind.</summary>
    /// <exception cref="CryptographicException">The certificate can be parsed, but the key in it cannot.</exception>
    public static CertificateKey Open(X509Certificate2 certificate, out bool isRsa)
    {
        var known = X509Facts.OfKnown(certificate);
        var rsa = known is null ? certificate.GetRSAPublicKey() : known.PublicKey;
        isRsa = rsa is not null;
        return !isRsa ? default
            : new CertificateKey(rsa!, known?.ExponentLength ?? ReadExponentLength(certificate), isKept: known is not null);
    }

    /// <summary>
    /// Whether keys are agreed on with the key of a certificate: it is on P-256 or P-384, and the key usage allows it (RFC 5280 section
    /// 4.2.1.3, keyAgreement).
    /// </summary>
    /// <exception cref="CryptographicException">The certificate can be parsed, but the key in it cannot.</exception>
    public static bool Agrees(X509Certificate2 certificate)
    {
        if (NamedCurve.Of(certificate) is null)
        {
            return false;
        }

        using var key = certificate.GetECDiffieHellmanPublicKey();
        return key is not null;
    }

    /// <summary>Exporting the key would tell it as well, and costs more than making the key.</summary>
    /// <exception cref="CryptographicException">It is no RSA key.</exception>
    public static int ReadExponentLength(X509Certificate2 certificate)
    {
        try
        {
            // RFC 8017 appendix A.1.1: RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
            var key = new AsnReader(certificate.PublicKey.EncodedKeyValue.RawData, AsnEncodingRules.BER).ReadSequence();
            key.ReadIntegerBytes();
            return key.ReadIntegerBytes().Span.TrimStart((byte)0).Length;
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("The certificate holds no RSA key.", e);
        }
    }

    public void Dispose()
    {
        if (!IsKept)
        {
            Rsa?.Dispose();
        }
    }
}
