using System.Runtime.CompilerServices;

namespace SecureConversation.Engine.Crypto;

/// <summary>The padding of block ciphers in XML Encryption 1.0 section 5.2: the last octet is the length of the padding.</summary>
internal static class CbcPadding
{
    /// <summary>
    /// Finds the end of the plaintext in a time that does not depend on the octets. Without valid padding the result is false and one
    /// octet counts as padding.
    /// </summary>
    /// <param name="blocks">The decrypted blocks; at least one.</param>
    /// <param name="blockBytes">Length of a block in bytes.</param>
    /// <param name="length">Length of the plaintext in bytes.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    public static bool TryRemove(ReadOnlySpan<byte> blocks, int blockBytes, out int length)
    {
        int padding = blocks[^1];

        // The sign bit is set when the padding is 0 or longer than a block.
        var invalid = ((padding - 1) | (blockBytes - padding)) >> 31;
        length = blocks.Length - ((padding & ~invalid) | (1 & invalid));
        return invalid == 0;
    }
}
