using System.Security.Cryptography;
using System.Text;

namespace SecureConversation.Engine.Replay;

/// <summary>Makes the values of replay entries. The kind goes into the hash, so that no signature can pass for a wrapped key.</summary>
internal static class ReplayValues
{
    private const byte SignatureKind = 1;
    private const byte EncryptedKeyKind = 2;
    private const byte NonceKind = 3;
    private const byte AssertionKind = 4;

    /// <param name="value">Octets of the SignatureValue of the primary signature.</param>
    public static byte[] OfSignature(ReadOnlySpan<byte> value) => Hash(SignatureKind, value);

    /// <param name="cipherValue">Octets of the CipherValue of an EncryptedKey.</param>
    public static byte[] OfEncryptedKey(ReadOnlySpan<byte> cipherValue) => Hash(EncryptedKeyKind, cipherValue);

    /// <param name="holder">The digest of the password in the token; the user where it has none.</param>
    /// <param name="nonce">Octets of the nonce in the token.</param>
    /// <param name="created">The time in it.</param>
    public static byte[] OfNonce(string holder, ReadOnlySpan<byte> nonce, string? created) => Hash(NonceKind, Encoding.UTF8.GetBytes(
        $"{holder.Length}:{holder}{Convert.ToHexString(nonce)}:{created}"));

    /// <param name="issuer">The issuer of an assertion.</param>
    /// <param name="id">Its Id, which is unique among those of the issuer and has no null character, as XML has none.</param>
    public static byte[] OfAssertion(string issuer, string id) => Hash(AssertionKind, Encoding.UTF8.GetBytes($"{id}\0{issuer}"));

    private static byte[] Hash(byte kind, ReadOnlySpan<byte> value)
    {
        // The largest values are those of RSA keys.
        var input = value.Length < 1100 ? stackalloc byte[1 + value.Length] : new byte[1 + value.Length];
        input[0] = kind;
        value.CopyTo(input[1..]);
        return SHA256.HashData(input);
    }
}
