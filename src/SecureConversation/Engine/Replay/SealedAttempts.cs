using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// Remembers the ciphertext of signatures that were decrypted before anything was authentic. The filler of the padding (XML Encryption
/// 1.0 section 5.2) is covered by no MAC, and it can fill the last block. So somebody could put any block of the message in its place, and
/// learn from acceptance what the block decrypts to. One signature has one last block; the IV does not count either. When there is no
/// more room the oldest are forgotten: nobody is refused for the number of messages of others.
/// </summary>
internal sealed class SealedAttempts
{
    /// <summary>So many are remembered at least, and twice as many at most, in 25 MB.</summary>
    internal const int Generation = 250_000;

    private readonly Lock _lock = new();
    private Dictionary<UInt128, ulong> _current = [];
    private Dictionary<UInt128, ulong> _previous = [];

    /// <summary>Whether a ciphertext may be decrypted; false when it came before with another IV or last block.</summary>
    /// <param name="ivAndCipher">IV and ciphertext.</param>
    /// <param name="blockBytes">Length of a block in bytes.</param>
    public bool TryBegin(ReadOnlySpan<byte> ivAndCipher, int blockBytes)
    {
        // Without a block between IV and last block there is nothing to know it by, and no signature either.
        if (ivAndCipher.Length <= 2 * blockBytes)
        {
            return true;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ivAndCipher[blockBytes..^blockBytes], hash);
        var key = BinaryPrimitives.ReadUInt128LittleEndian(hash);
        SHA256.HashData(ivAndCipher, hash);
        var whole = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        lock (_lock)
        {
            if (_current.TryGetValue(key, out var known) || _previous.TryGetValue(key, out known))
            {
                return known == whole;
            }

            if (_current.Count == Generation)
            {
                (_previous, _current) = (_current, []);
            }

            _current.Add(key, whole);
            return true;
        }
    }
}
