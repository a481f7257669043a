using System.Security.Cryptography;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>
/// Decrypts CBC of XML Encryption 1.0 section 5.2 for the eyes of the holder of the keys. Nobody else learns whether it succeeded.
/// </summary>
internal static class BlockDecryption
{
    /// <returns>The plaintext; null where key, length or padding do not fit.</returns>
    public static byte[]? Decrypt(byte[] cipher, byte[] key, string algorithm)
    {
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
}
