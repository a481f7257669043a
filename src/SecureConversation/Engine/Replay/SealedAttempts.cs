namespace SecureConversation.Engine.Replay;

/// <summary>
/// Remembers the ciphertext of signatures that were decrypted before anything was authentic. The filler of the padding (XML Encryption
/// 1.0 section 5.2) is covered by no MAC, and it can fill the last block. So somebody could put any block of the message in its place, and
/// learn from acceptance what the block decrypts to. One signature has one last block; the IV does not count either. When there is no
/// more room the oldest are forgotten: nobody is refused for the number of messages of others.
/// </summary>
internal sealed class SealedAttempts
{
    /// <inheritdoc cref="PairMemory.Generation"/>
    internal const int Generation = PairMemory.Generation;

    private readonly PairMemory _known = new();

    /// <summary>Whether a ciphertext may be decrypted; false when it came before with another IV or last block.</summary>
    /// <param name="ivAndCipher">IV and ciphertext.</param>
    /// <param name="blockBytes">Length of a block in bytes.</param>
    public bool TryBegin(ReadOnlySpan<byte> ivAndCipher, int blockBytes) =>

        // Without a block between IV and last block there is nothing to know it by, and no signature either.
        ivAndCipher.Length <= 2 * blockBytes || _known.TryAdd(ivAndCipher[blockBytes..^blockBytes], ivAndCipher);
}
