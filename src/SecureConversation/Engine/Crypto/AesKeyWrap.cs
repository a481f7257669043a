using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// AES key wrap with its default initial value (RFC 3394; XML Encryption 1.1 section 5.7). The platform has only the one with padding.
/// </summary>
internal static class AesKeyWrap
{
    private const int Half = 8;
    private const int Rounds = 6;
    private const ulong InitialValue = 0xA6A6A6A6A6A6A6A6;

    /// <summary>How many octets a wrapped key has more than the key.</summary>
    public const int Overhead = Half;

    /// <summary>Whether a key of this many octets can be wrapped: two halves of a block or more.</summary>
    public static bool Fits(int length) => length >= 2 * Half && length % Half == 0;

    /// <summary>Wraps a key (section 2.2.1).</summary>
    /// <param name="wrappingKey">The key that wraps: 16, 24 or 32 octets.</param>
    /// <param name="key">The key.</param>
    /// <param name="wrapped">Takes the wrapped key, which has <see cref="Overhead"/> octets more.</param>
    /// <exception cref="CryptographicException">A length does not fit.</exception>
    public static void Wrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> key, Span<byte> wrapped)
    {
        RequireLengths(key.Length, wrapped.Length);
        using var aes = Aes.Create();
        aes.SetKey(wrappingKey);
        Span<byte> block = stackalloc byte[2 * Half];
        BinaryPrimitives.WriteUInt64BigEndian(block, InitialValue);
        key.CopyTo(wrapped[Half..]);
        var count = key.Length / Half;
        for (var step = 0; step < Rounds * count; step++)
        {
            var register = wrapped.Slice(Half + (step % count * Half), Half);
            register.CopyTo(block[Half..]);
            aes.EncryptEcb(block, block, PaddingMode.None);
            block[Half..].CopyTo(register);
            AddStep(block, step);
        }

        block[..Half].CopyTo(wrapped);
        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>Unwraps a key (section 2.2.2) in a time that does not depend on whether it is intact.</summary>
    /// <param name="wrappingKey">The key that wrapped it.</param>
    /// <param name="wrapped">The wrapped key.</param>
    /// <param name="key">Takes the key; of one that is not intact, octets that nobody may use. The caller zeroes it.</param>
    /// <returns>Whether the key is intact.</returns>
    /// <exception cref="CryptographicException">A length does not fit.</exception>
    public static bool TryUnwrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> wrapped, Span<byte> key)
    {
        RequireLengths(key.Length, wrapped.Length);
        using var aes = Aes.Create();
        aes.SetKey(wrappingKey);
        Span<byte> block = stackalloc byte[2 * Half];
        wrapped[..Half].CopyTo(block);
        wrapped[Half..].CopyTo(key);
        var count = key.Length / Half;
        for (var step = (Rounds * count) - 1; step >= 0; step--)
        {
            var register = key.Slice(step % count * Half, Half);
            register.CopyTo(block[Half..]);
            AddStep(block, step);
            aes.DecryptEcb(block, block, PaddingMode.None);
            block[Half..].CopyTo(register);
        }

        Span<byte> expected = stackalloc byte[Half];
        BinaryPrimitives.WriteUInt64BigEndian(expected, InitialValue);
        var isIntact = CryptographicOperations.FixedTimeEquals(block[..Half], expected);
        CryptographicOperations.ZeroMemory(block);
        return isIntact;
    }

    private static void AddStep(Span<byte> block, int step) => BinaryPrimitives.WriteUInt64BigEndian(
        block, BinaryPrimitives.ReadUInt64BigEndian(block) ^ (ulong)(step + 1));

    private static void RequireLengths(int key, int wrapped)
    {
        if (!Fits(key) || wrapped != key + Overhead)
        {
            throw new CryptographicException($"AES key wrap has no key of {key} octets in {wrapped}.");
        }
    }
}
