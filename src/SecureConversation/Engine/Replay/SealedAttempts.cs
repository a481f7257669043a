namespace SecureConversation.Engine.Replay;

/// <summary>
/// Remembers the ciphertext of signatures that were decrypted before anything was authentic. The filler of the padding (XML Encryption
/// 1.0 section 5.2) is covered by no MAC. Where a few octets of the signature stand before it, somebody could put any block in the place of
/// the last one, try after try, and learn from acceptance what it decrypts to. Such a message needs the block before it as it was, by
/// which one is known; that of one signature has one ciphertext. When there is no more room the oldest are forgotten: nobody is refused for
/// the number of messages of others.
/// </summary>
internal sealed class SealedAttempts
{
    /// <summary>So many are remembered at least, and twice as many at most, in 5 MB.</summary>
    internal const int Generation = 50_000;

    private readonly PairMemory _known = new(Generation);

    /// <summary>Whether a ciphertext may be decrypted; false when the block before its last one came before in another.</summary>
    /// <param name="ivAndCipher">IV and ciphertext.</param>
    /// <param name="blockBytes">Length of a block in bytes.</param>
    public bool TryBegin(ReadOnlySpan<byte> ivAndCipher, int blockBytes) =>

        // Without a block between IV and last block there is nothing to know it by, and no signature either.
        ivAndCipher.Length <= 2 * blockBytes || _known.TryAdd(ivAndCipher[^(2 * blockBytes)..^blockBytes], ivAndCipher);
}
