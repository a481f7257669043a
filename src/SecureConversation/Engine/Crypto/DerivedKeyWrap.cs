using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// AES key wrap (RFC 3394) under a key that ConcatKDF makes of a secret of both sides: what ECDH-ES (<see cref="EcdhKeyTransport"/>) and
/// ML-KEM (<see cref="MLKemKeyTransport"/>) have in common. The caller zeroes the secret.
/// </summary>
internal static class DerivedKeyWrap
{
    /// <summary>Wraps a key.</summary>
    /// <param name="digest">The digest of the derivation.</param>
    /// <param name="wrapKeyBytes">Length in bytes of the key that wraps.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="info">What else the derivation takes in.</param>
    /// <param name="key">The key.</param>
    public static byte[] Wrap(
        DigestAlgorithm digest, int wrapKeyBytes, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> info, SymmetricKey key)
    {
        Span<byte> wrappingKey = stackalloc byte[wrapKeyBytes];
        Span<byte> octets = stackalloc byte[key.Length];
        try
        {
            ConcatKdf.Derive(digest.Hash, secret, info, wrappingKey);
            key.CopyTo(octets);
            var wrapped = new byte[key.Length + AesKeyWrap.Overhead];
            AesKeyWrap.Wrap(wrappingKey, octets, wrapped);
            return wrapped;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wrappingKey);
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    /// <summary>
    /// Unwraps a key; one that is not intact gives a random key after the same steps, as with RSA (<see cref="RsaKeyTransport"/>), so that
    /// the message fails later and in one way.
    /// </summary>
    /// <param name="digest">The digest of the derivation.</param>
    /// <param name="wrapKeyBytes">Length in bytes of the key that wraps.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="info">What else the derivation takes in.</param>
    /// <param name="wrapped">The octets of the CipherValue, of a length that a wrapped key has.</param>
    /// <param name="substituted">Whether the result is a random key. For tests and the log only.</param>
    public static SymmetricKey Unwrap(DigestAlgorithm digest, int wrapKeyBytes, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> wrapped, out bool substituted)
    {
        Span<byte> wrappingKey = stackalloc byte[wrapKeyBytes];
        Span<byte> octets = stackalloc byte[wrapped.Length - AesKeyWrap.Overhead];
        Span<byte> random = stackalloc byte[octets.Length];
        RandomNumberGenerator.Fill(random);
        try
        {
            ConcatKdf.Derive(digest.Hash, secret, info, wrappingKey);
            substituted = !AesKeyWrap.TryUnwrap(wrappingKey, wrapped, octets);
            return SymmetricKey.From(substituted ? random : octets);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wrappingKey);
            CryptographicOperations.ZeroMemory(octets);
            CryptographicOperations.ZeroMemory(random);
        }
    }
}
