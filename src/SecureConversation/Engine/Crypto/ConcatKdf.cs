using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// The concatenation key derivation function (NIST SP 800-56A section 5.8.1; XML Encryption 1.1 section 5.4.1): hashes of a counter, the
/// shared secret, and what both sides say of the key.
/// </summary>
internal static class ConcatKdf
{
    /// <summary>Derives a key.</summary>
    /// <param name="hash">The hash function.</param>
    /// <param name="secret">The shared secret.</param>
    /// <param name="info">AlgorithmID, PartyUInfo and PartyVInfo, one behind the other.</param>
    /// <param name="key">Takes the key.</param>
    public static void Derive(HashAlgorithmName hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> info, Span<byte> key)
    {
        using var hasher = IncrementalHash.CreateHash(hash);
        Span<byte> counter = stackalloc byte[sizeof(uint)];
        Span<byte> output = stackalloc byte[hasher.HashLengthInBytes];
        for (uint i = 1; key.Length > 0; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(counter, i);
            hasher.AppendData(counter);
            hasher.AppendData(secret);
            hasher.AppendData(info);
            hasher.GetHashAndReset(output);
            var taken = Math.Min(output.Length, key.Length);
            output[..taken].CopyTo(key);
            key = key[taken..];
        }

        CryptographicOperations.ZeroMemory(output);
    }
}
