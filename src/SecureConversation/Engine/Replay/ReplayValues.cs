using System.Security.Cryptography;

namespace SecureConversation.Engine.Replay;

/// <summary>Makes the values of replay entries. The kind goes into the hash, so that no signature can pass for a wrapped key.</summary>
internal static class ReplayValues
{
    private const byte SignatureKind = 1;
    private const byte EncryptedKeyKind = 2;

    /// <param name="value">Octets of the SignatureValue of the primary signature.</param>
    public static byte[] OfSignature(ReadOnlySpan<byte> value) => Hash(SignatureKind, value);

    /// <param name="cipherValue">Octets of the CipherValue of an EncryptedKey.</param>
    public static byte[] OfEncryptedKey(ReadOnlySpan<byte> cipherValue) => Hash(EncryptedKeyKind, cipherValue);

    private static byte[] Hash(byte kind, ReadOnlySpan<byte> value)
    {
        // The largest values are those of RSA keys.
        var input = value.Length < 1100 ? stackalloc byte[1 + value.Length] : new byte[1 + value.Length];
        input[0] = kind;
        value.CopyTo(input[1..]);
        return SHA256.HashData(input);
    }
}
