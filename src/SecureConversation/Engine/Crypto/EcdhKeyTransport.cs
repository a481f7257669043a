using System.Security.Cryptography;
using System.Text;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// How a key is wrapped for the holder of a key on an elliptic curve: ECDH-ES (XML Encryption 1.1 section 5.6.4), ConcatKDF, AES key wrap.
/// </summary>
/// <param name="Digest">The digest of the derivation.</param>
/// <param name="WrapUri">The identifier of the key wrap.</param>
/// <param name="WrapKeyBytes">Length in bytes of the key that wraps.</param>
internal sealed record KeyAgreementAlgorithm(DigestAlgorithm Digest, string WrapUri, int WrapKeyBytes)
{
    public static KeyAgreementAlgorithm EcdhEsSha256 { get; } = new(DigestAlgorithm.Sha256, AlgorithmUris.KwAes256, 32);
    public static KeyAgreementAlgorithm EcdhEsSha384 { get; } = new(DigestAlgorithm.Sha384, AlgorithmUris.KwAes256, 32);
    public static KeyAgreementAlgorithm EcdhEsSha512 { get; } = new(DigestAlgorithm.Sha512, AlgorithmUris.KwAes256, 32);

    /// <summary>AlgorithmID: the key wrap that the derived key is for.</summary>
    public byte[] AlgorithmId => Encoding.UTF8.GetBytes(WrapUri);

    /// <summary>PartyVInfo: the digest of the certificate of the recipient.</summary>
    public byte[] RecipientInfo(ReadOnlySpan<byte> certificate) => CryptographicOperations.HashData(Digest.Hash, certificate);

    /// <summary>What the derivation takes in: AlgorithmID, PartyUInfo, which is the sender's point, and PartyVInfo.</summary>
    public byte[] Info(ReadOnlySpan<byte> point, ReadOnlySpan<byte> certificate) =>
        [.. AlgorithmId, .. point, .. RecipientInfo(certificate)];
}

/// <summary>
/// A symmetric key, wrapped for the key of a certificate on P-256 or P-384, under what a fresh key of the sender and that key agree on. The
/// derivation takes in the sender's key and the certificate: neither can be exchanged for another that agrees on the same, as the point
/// with the negative y would.
/// </summary>
internal static class EcdhKeyTransport
{
    /// <summary>Wraps the key.</summary>
    /// <param name="recipient">The public key of the certificate.</param>
    /// <param name="curve">Its curve.</param>
    /// <param name="certificate">The octets of the certificate.</param>
    /// <param name="algorithm">The algorithm of the suite.</param>
    /// <param name="key">The key.</param>
    /// <returns>The point of the sender's key, and the wrapped key.</returns>
    /// <exception cref="CryptographicException">The keys agree on nothing.</exception>
    public static (byte[] Point, byte[] Wrapped) Wrap(
        ECDiffieHellman recipient, NamedCurve curve, ReadOnlySpan<byte> certificate, KeyAgreementAlgorithm algorithm, SymmetricKey key)
    {
        using var ephemeral = ECDiffieHellman.Create(curve.Curve);
        var point = NamedCurve.PointOf(ephemeral);
        var secret = SecretOf(ephemeral, recipient);
        try
        {
            return (point, DerivedKeyWrap.Wrap(algorithm.Digest, algorithm.WrapKeyBytes, secret, algorithm.Info(point, certificate), key));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>
    /// Unwraps a key; one that is not intact gives a random key after the same steps, as with RSA (<see cref="RsaKeyTransport"/>), so that
    /// the message fails later and in one way.
    /// </summary>
    /// <param name="privateKey">The private key of the certificate. It only agrees.</param>
    /// <param name="curve">Its curve.</param>
    /// <param name="point">The sender's key, which is on the curve.</param>
    /// <param name="info">AlgorithmID, PartyUInfo and PartyVInfo, one behind the other.</param>
    /// <param name="algorithm">The algorithm of the suite.</param>
    /// <param name="wrapped">The octets of the CipherValue, of a length that a wrapped key has.</param>
    /// <param name="substituted">Whether the result is a random key. For tests and the log only.</param>
    /// <param name="failed">
    /// Takes down what the key of another provider threw, beside <see cref="CryptographicException"/>; null where it goes on to the caller.
    /// </param>
    public static SymmetricKey Unwrap(ECDiffieHellman privateKey, NamedCurve curve, ReadOnlySpan<byte> point, ReadOnlySpan<byte> info,
        KeyAgreementAlgorithm algorithm, ReadOnlySpan<byte> wrapped, out bool substituted, Action<Exception>? failed = null)
    {
        var secret = SecretOf(privateKey, curve, point, failed);
        try
        {
            return DerivedKeyWrap.Unwrap(algorithm.Digest, algorithm.WrapKeyBytes, secret, info, wrapped, out substituted);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>What the keys agree on; random octets where the private key does not.</summary>
    private static byte[] SecretOf(ECDiffieHellman privateKey, NamedCurve curve, ReadOnlySpan<byte> point, Action<Exception>? failed)
    {
        try
        {
            using var sender = curve.KeyOf(point);
            return SecretOf(privateKey, sender);
        }
        catch (Exception e) when (PrivateKeyFailure.IsOfTheKey(e, failed))
        {
            // A provider does not take the sender's key, or is out of reach.
            return RandomNumberGenerator.GetBytes(point.Length / 2);
        }
    }

    private static byte[] SecretOf(ECDiffieHellman own, ECDiffieHellman other)
    {
        using var publicKey = other.PublicKey;
        return own.DeriveRawSecretAgreement(publicKey);
    }
}
