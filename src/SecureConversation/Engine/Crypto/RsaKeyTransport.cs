using System.Buffers;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// Key transport of EncryptedKey (XML Encryption section 5.4): a symmetric key, encrypted with the RSA key of a certificate.
/// </summary>
internal static class RsaKeyTransport
{
    /// <summary>Encrypts the key for the holder of the private key.</summary>
    /// <exception cref="CryptographicException">The RSA key is too small for the key.</exception>
    public static byte[] Wrap(RSA publicKey, KeyWrapAlgorithm algorithm, ReadOnlySpan<byte> key) =>
        publicKey.Encrypt(key, algorithm.Padding);

    /// <summary>Encrypts the key for the holder of the private key.</summary>
    /// <exception cref="CryptographicException">The RSA key is too small for the key.</exception>
    public static byte[] Wrap(RSA publicKey, KeyWrapAlgorithm algorithm, SymmetricKey key)
    {
        Span<byte> octets = stackalloc byte[key.Length];
        try
        {
            key.CopyTo(octets);
            return Wrap(publicKey, algorithm, octets);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    /// <summary>
    /// Decrypts a key. On any failure the result is a random key. The message then fails at its signature or its padding, like a message
    /// with a wrong key, so that the sender of a forged key learns nothing (RFC 3218 section 2.3.2).
    /// </summary>
    /// <param name="privateKey">The private key. It only decrypts.</param>
    /// <param name="algorithm">The algorithm of the suite.</param>
    /// <param name="wrapped">The octets of the CipherValue.</param>
    /// <param name="minimumLength">Minimum length of the key in bytes.</param>
    /// <param name="maximumLength">Maximum length of the key in bytes.</param>
    /// <param name="substituteLength">Length in bytes of the random key.</param>
    /// <param name="substituted">Whether the result is a random key. For the log only, and only after the message has failed.</param>
    /// <param name="failed">
    /// Takes down what the key of another provider threw, beside <see cref="CryptographicException"/>; null where it goes on to the caller.
    /// </param>
    public static SymmetricKey Unwrap(
        RSA privateKey,
        KeyWrapAlgorithm algorithm,
        ReadOnlySpan<byte> wrapped,
        int minimumLength,
        int maximumLength,
        int substituteLength,
        out bool substituted,
        Action<Exception>? failed = null)
    {
        // Always created, so that success and failure take the same steps.
        var substitute = SymmetricKey.Random(substituteLength);
        byte[]? buffer = null;
        try
        {
            var size = (privateKey.KeySize + 7) / 8;
            buffer = ArrayPool<byte>.Shared.Rent(size);

            // RFC 8017 section 7: a ciphertext is exactly as long as the modulus.
            if (wrapped.Length == size
                && privateKey.TryDecrypt(wrapped, buffer, algorithm.Padding, out var length)
                && length >= minimumLength
                && length <= maximumLength)
            {
                var key = SymmetricKey.From(buffer.AsSpan(0, length));
                substituted = false;
                Throw();
                return key;
            }

            Throw();
            return Substitute(ref substitute, out substituted);
        }
        catch (Exception e) when (PrivateKeyFailure.IsOfTheKey(e, failed))
        {
            // The padding is wrong, or the key is out of reach: its provider alone can tell.
            return Substitute(ref substitute, out substituted);
        }
        finally
        {
            substitute?.Dispose();
            if (buffer is not null)
            {
                CryptographicOperations.ZeroMemory(buffer);
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static SymmetricKey Substitute(ref SymmetricKey? substitute, out bool substituted)
    {
        var result = substitute!;
        substitute = null;
        substituted = true;
        return result;
    }

    /// <summary>Costs as much as the exception for wrong padding, which next to the private key operation is little.</summary>
    private static void Throw()
    {
        try
        {
            throw new CryptographicException();
        }
        catch (CryptographicException)
        {
            // Nothing is wrong.
        }
    }
}
