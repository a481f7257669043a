using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Crypto;

/// <summary>A signature of the algorithm suite with a key on an elliptic curve.</summary>
/// <param name="Uri">The identifier on the wire.</param>
/// <param name="Hash">The hash function under the signature.</param>
internal sealed record EcdsaAlgorithm(string Uri, HashAlgorithmName Hash)
{
    public static EcdsaAlgorithm Sha256 { get; } = new(AlgorithmUris.EcdsaSha256, HashAlgorithmName.SHA256);
    public static EcdsaAlgorithm Sha384 { get; } = new(AlgorithmUris.EcdsaSha384, HashAlgorithmName.SHA384);
    public static EcdsaAlgorithm Sha512 { get; } = new(AlgorithmUris.EcdsaSha512, HashAlgorithmName.SHA512);
}

/// <summary>
/// ECDSA on the curves P-256 and P-384. A value is r and s, each as long as the field of the curve (XML Signature 1.1 section 6.4.3).
/// </summary>
internal static class EcdsaSignature
{
    /// <summary>The curves, for texts.</summary>
    public const string Curves = "P-256 or P-384";

    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const int LongestName = 32;
    private const DSASignatureFormat Format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation;

    // The names of the curves in DER (RFC 5480 section 2.1.1.1).
    private static ReadOnlySpan<byte> P256 => [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    private static ReadOnlySpan<byte> P384 => [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22];

    /// <summary>Whether the key of a certificate is one on an elliptic curve.</summary>
    public static bool IsOfCurve(X509Certificate2 certificate) => certificate.PublicKey.Oid.Value == EcPublicKey;

    /// <summary>Whether an identifier of the wire is that of ECDSA.</summary>
    public static bool IsMethod(string uri) =>
        uri is AlgorithmUris.EcdsaSha256 or AlgorithmUris.EcdsaSha384 or AlgorithmUris.EcdsaSha512;

    /// <summary>
    /// The length in bits of the field of the curve, P-256 or P-384; 0 for another one, and for one that the certificate describes itself:
    /// whoever chooses the base point has a private key for every public key.
    /// </summary>
    public static int FieldBits(X509Certificate2 certificate)
    {
        var curve = certificate.PublicKey.EncodedParameters?.RawData;
        return curve.AsSpan().SequenceEqual(P256) ? 256 : curve.AsSpan().SequenceEqual(P384) ? 384 : 0;
    }

    /// <summary>The identifier of the curve of a certificate, for texts; null where it is not named, or by a long name.</summary>
    public static string? CurveOf(X509Certificate2 certificate)
    {
        try
        {
            return certificate.PublicKey.EncodedParameters is { RawData.Length: <= LongestName } parameters
                ? AsnDecoder.ReadObjectIdentifier(parameters.RawData, AsnEncodingRules.DER, out _)
                : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Signs data.</summary>
    public static byte[] Sign(ECDsa privateKey, EcdsaAlgorithm algorithm, ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        var length = CryptographicOperations.HashData(algorithm.Hash, data, hash);
        return privateKey.SignHash(hash[..length].ToArray(), Format);
    }

    /// <summary>Whether the signature is valid. No content of the signature makes this method throw.</summary>
    public static bool Verify(ECDsa publicKey, EcdsaAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != ValueBytes(publicKey))
        {
            return false;
        }

        try
        {
            return publicKey.VerifyData(data, signature, algorithm.Hash, Format);
        }
        catch (CryptographicException)
        {
            // Some providers throw for numbers that are none of the group.
            return false;
        }
    }

    /// <summary>The length of a signature value in bytes.</summary>
    public static int ValueBytes(ECDsa key) => (key.KeySize + 7) / 8 * 2;
}
