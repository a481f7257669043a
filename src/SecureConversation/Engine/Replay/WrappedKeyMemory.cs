namespace SecureConversation.Engine.Replay;

/// <summary>
/// Remembers, beyond the time in which a message is fresh, which signature came with a wrapped key. Where each side signs with its own key,
/// the wrapped key stands in clear beside the signature: another accepted client could put a new time and his signature on a message
/// that he recorded.
/// </summary>
internal sealed class WrappedKeyMemory
{
    /// <summary>So many are remembered at least, and twice as many at most, in 10 MB.</summary>
    internal const int Generation = 100_000;

    private readonly PairMemory _known = new(Generation);

    /// <summary>Whether the key is new, or came with the same signature before.</summary>
    /// <param name="wrappedKey">The cipher value of the EncryptedKey.</param>
    /// <param name="signature">What tells the message from all others.</param>
    public bool TryAdd(ReadOnlySpan<byte> wrappedKey, ReadOnlySpan<byte> signature) => _known.TryAdd(wrappedKey, signature);
}
