using System.Buffers;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// P_SHA1 of RFC 2246 section 5, the key derivation of WS-SecureConversation 1.3 section 7. The suites with SHA-256 use it as well.
/// A(0) = label + seed; A(i) = HMAC(secret, A(i-1)); the output is HMAC(secret, A(1) + label + seed), HMAC(secret, A(2) + ...), ...
/// </summary>
internal static class PSha1
{
    private const int HashSize = HMACSHA1.HashSizeInBytes;
    private const int StackLimit = 512;

    /// <summary>Fills <paramref name="output"/> with the stream from byte <paramref name="offset"/> on.</summary>
    /// <remarks>The work grows with the offset, so the reader of a DerivedKeyToken limits the offset.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public static void Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> seed, int offset, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);

        // [ A(i) | label | seed ]
        var size = HashSize + label.Length + seed.Length;
        byte[]? rented = null;
        var buffer = size <= StackLimit ? stackalloc byte[StackLimit] : rented = ArrayPool<byte>.Shared.Rent(size);
        buffer = buffer[..size];
        Span<byte> block = stackalloc byte[HashSize];
        try
        {
            var a = buffer[..HashSize];
            label.CopyTo(buffer[HashSize..]);
            seed.CopyTo(buffer[(HashSize + label.Length)..]);
            HMACSHA1.HashData(secret, buffer[HashSize..], a);

            for (; offset >= HashSize; offset -= HashSize)
            {
                HMACSHA1.HashData(secret, a, a);
            }

            while (!output.IsEmpty)
            {
                HMACSHA1.HashData(secret, buffer, block);
                var part = block[offset..];
                part = part[..Math.Min(part.Length, output.Length)];
                part.CopyTo(output);
                output = output[part.Length..];
                offset = 0;
                if (!output.IsEmpty)
                {
                    HMACSHA1.HashData(secret, a, a);
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(block);
            CryptographicOperations.ZeroMemory(buffer);
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
