using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>One-shot digests.</summary>
internal static class Digest
{
    /// <summary>
    /// Writes the digest of <paramref name="data"/> to the first <see cref="DigestAlgorithm.Size"/> bytes of
    /// <paramref name="destination"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void Compute(DigestAlgorithm algorithm, ReadOnlySpan<byte> data, Span<byte> destination) =>
        CryptographicOperations.HashData(algorithm.Hash, data, destination);
}
