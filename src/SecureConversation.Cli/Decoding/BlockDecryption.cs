using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>
/// Decrypts CBC of XML Encryption 1.0 section 5.2, and GCM of 1.1 section 5.2.4, for the eyes of the holder of the keys. Nobody
/// else learns whether it succeeded.
/// </summary>
internal static class BlockDecryption
{
    /// <returns>The plaintext; null where key, length, padding or tag do not fit.</returns>
    public static byte[]? Decrypt(byte[] cipher, byte[] key, string algorithm)
    {
        if (algorithm is AlgorithmUris.Aes128Gcm or AlgorithmUris.Aes192Gcm or AlgorithmUris.Aes256Gcm)
        {
            return DecryptGcm(cipher, key);
        }

        using SymmetricAlgorithm? block = algorithm switch
        {
            Ns.Xenc + "aes128-cbc" or Ns.Xenc + "aes192-cbc" or Ns.Xenc + "aes256-cbc" => Aes.Create(),
            Ns.Xenc + "tripledes-cbc" => TripleDES.Create(),
            _ => null,
        };
        if (block is null || !block.ValidKeySize(key.Length * 8))
        {
            return null;
        }

        var size = block.BlockSize / 8;
        if (cipher.Length < 2 * size || cipher.Length % size != 0)
        {
            return null;
        }

        try
        {
            block.Key = key;
            var plain = block.DecryptCbc(cipher.AsSpan(size), cipher.AsSpan(0, size), PaddingMode.None);
            // Section 5.2: the last octet says how many octets of padding there are.
            int padding = plain[^1];
            return padding >= 1 && padding <= size ? plain[..^padding] : null;
        }
        catch (CryptographicException)
        {
            // A weak key of 3DES.
            return null;
        }
    }

    private static byte[]? DecryptGcm(byte[] cipher, byte[] key)
    {
        const int iv = 12;
        const int tag = 16;
        if (cipher.Length < iv + tag || key.Length is not (16 or 24 or 32))
        {
            return null;
        }

        try
        {
            using var gcm = new AesGcm(key, tag);
            var plain = new byte[cipher.Length - iv - tag];
            gcm.Decrypt(cipher.AsSpan(0, iv), cipher.AsSpan(iv, plain.Length), cipher.AsSpan(iv + plain.Length), plain);
            return plain;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
