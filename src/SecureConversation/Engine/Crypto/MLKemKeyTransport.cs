using System.Security.Cryptography;
using System.Text;

namespace SecureConversation.Engine.Crypto;

/// <summary>How a key is wrapped for the holder of an ML-KEM key: ML-KEM (FIPS 203), ConcatKDF, AES key wrap.</summary>
/// <param name="Digest">The digest of the derivation.</param>
/// <param name="WrapUri">The identifier of the key wrap.</param>
/// <param name="WrapKeyBytes">Length in bytes of the key that wraps.</param>
internal sealed record KeyEncapsulationAlgorithm(DigestAlgorithm Digest, string WrapUri, int WrapKeyBytes)
{
    public static KeyEncapsulationAlgorithm MLKemSha256 { get; } = new(DigestAlgorithm.Sha256, AlgorithmUris.KwAes256, 32);

    /// <summary>
    /// What the derivation takes in: the two algorithms, and the digests of the encapsulation and of the certificate of the recipient.
    /// </summary>
    public byte[] Info(MLKemParameters parameters, ReadOnlySpan<byte> encapsulation, ReadOnlySpan<byte> certificate) =>
    [
        .. Encoding.UTF8.GetBytes($"{parameters.Uri} {WrapUri}"),
        .. CryptographicOperations.HashData(Digest.Hash, encapsulation),
        .. CryptographicOperations.HashData(Digest.Hash, certificate),
    ];
}

/// <summary>
/// A symmetric key, wrapped for the key of a certificate with ML-KEM, under a secret that only that key takes out of its encapsulation.
/// The derivation takes in the encapsulation and the certificate, so that neither can be exchanged for another.
/// </summary>
internal static class MLKemKeyTransport
{
    /// <summary>Wraps the key.</summary>
    /// <param name="recipient">The public key of the certificate.</param>
    /// <param name="parameters">Its parameter set.</param>
    /// <param name="certificate">The octets of the certificate.</param>
    /// <param name="algorithm">The algorithm of the suite.</param>
    /// <param name="key">The key.</param>
    /// <returns>The encapsulation of the secret, and the wrapped key.</returns>
    public static (byte[] Encapsulation, byte[] Wrapped) Wrap(
        MLKem recipient, MLKemParameters parameters, ReadOnlySpan<byte> certificate, KeyEncapsulationAlgorithm algorithm, SymmetricKey key)
    {
        var encapsulation = new byte[parameters.CiphertextBytes];
        Span<byte> secret = stackalloc byte[parameters.SecretBytes];
        try
        {
            recipient.Encapsulate(encapsulation, secret);
            var info = algorithm.Info(parameters, encapsulation, certificate);
            return (encapsulation, DerivedKeyWrap.Wrap(algorithm.Digest, algorithm.WrapKeyBytes, secret, info, key));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>
    /// Unwraps a key; one that is not intact gives a random key after the same steps, as with ECDH (<see cref="EcdhKeyTransport"/>). ML-KEM
    /// itself refuses no encapsulation: of a wrong one it makes another secret (FIPS 203 section 6.3), under which no key is intact.
    /// </summary>
    /// <param name="privateKey">The private key of the certificate.</param>
    /// <param name="parameters">Its parameter set.</param>
    /// <param name="encapsulation">The encapsulation, of the length of the parameter set.</param>
    /// <param name="certificate">The octets of the certificate.</param>
    /// <param name="algorithm">The algorithm of the suite.</param>
    /// <param name="wrapped">The octets of the CipherValue, of a length that a wrapped key has.</param>
    /// <param name="substituted">Whether the result is a random key. For tests and the log only.</param>
    /// <param name="failed">
    /// Takes down what the key of another provider threw, beside <see cref="CryptographicException"/>; null where it goes on to the caller.
    /// </param>
    public static SymmetricKey Unwrap(MLKem privateKey, MLKemParameters parameters, ReadOnlySpan<byte> encapsulation,
        ReadOnlySpan<byte> certificate, KeyEncapsulationAlgorithm algorithm, ReadOnlySpan<byte> wrapped, out bool substituted,
        Action<Exception>? failed = null)
    {
        Span<byte> secret = stackalloc byte[parameters.SecretBytes];
        try
        {
            if (!TryDecapsulate(privateKey, encapsulation, secret, failed))
            {
                RandomNumberGenerator.Fill(secret);
            }

            var info = algorithm.Info(parameters, encapsulation, certificate);
            return DerivedKeyWrap.Unwrap(algorithm.Digest, algorithm.WrapKeyBytes, secret, info, wrapped, out substituted);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static bool TryDecapsulate(MLKem privateKey, ReadOnlySpan<byte> encapsulation, Span<byte> secret, Action<Exception>? failed)
    {
        try
        {
            privateKey.Decapsulate(encapsulation, secret);
            return true;
        }
        catch (Exception e) when (PrivateKeyFailure.IsOfTheKey(e, failed))
        {
            // A provider does not do it, or is out of reach.
            return false;
        }
    }
}
