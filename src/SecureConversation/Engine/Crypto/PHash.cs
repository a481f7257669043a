using System.Buffers;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// P_hash of RFC 5246 section 5, with SHA-1 the key derivation of WS-SecureConversation 1.3 section 7. WCF's suites with SHA-256 derive
/// with SHA-1 as well.
/// A(0) = label + seed; A(i) = HMAC(secret, A(i-1)); the output is HMAC(secret, A(1) + label + seed), HMAC(secret, A(2) + ...), ...
/// </summary>
internal static class PHash
{
    private const int MaxHashSize = HMACSHA512.HashSizeInBytes;
    private const int StackLimit = 512;

    /// <summary>Fills <paramref name="output"/> with the stream from byte <paramref name="offset"/> on.</summary>
    /// <remarks>The work grows with the offset, so the reader of a DerivedKeyToken limits the offset.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public static void Derive(
        KeyDerivationAlgorithm algorithm,
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> seed,
        int offset,
        Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);

        // [ A(i) | label | seed ]
        var hashSize = algorithm.Size;
        var size = hashSize + label.Length + seed.Length;
        byte[]? rented = null;
        var buffer = size <= StackLimit ? stackalloc byte[StackLimit] : rented = ArrayPool<byte>.Shared.Rent(size);
        buffer = buffer[..size];
        Span<byte> room = stackalloc byte[MaxHashSize];
        var block = room[..hashSize];
        try
        {
            var a = buffer[..hashSize];
            label.CopyTo(buffer[hashSize..]);
            seed.CopyTo(buffer[(hashSize + label.Length)..]);
            CryptographicOperations.HmacData(algorithm.Hash, secret, buffer[hashSize..], a);

            for (; offset >= hashSize; offset -= hashSize)
            {
                CryptographicOperations.HmacData(algorithm.Hash, secret, a, a);
            }

            while (!output.IsEmpty)
            {
                CryptographicOperations.HmacData(algorithm.Hash, secret, buffer, block);
                var part = block[offset..];
                part = part[..Math.Min(part.Length, output.Length)];
                part.CopyTo(output);
                output = output[part.Length..];
                offset = 0;
                if (!output.IsEmpty)
                {
                    CryptographicOperations.HmacData(algorithm.Hash, secret, a, a);
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(room);
            CryptographicOperations.ZeroMemory(buffer);
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
