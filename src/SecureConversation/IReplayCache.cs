namespace SecureConversation;

/// <summary>The answer of a replay cache for one entry.</summary>
public enum ReplayOutcome
{
    /// <summary>The value was not seen before; the cache has added it.</summary>
    Fresh,
    /// <summary>The value was seen before.</summary>
    Replayed,
    /// <summary>The cache is full: no message can be accepted until entries expire. The sender is told that the service is busy.</summary>
    Full,
    /// <summary>
    /// The owner of the entry has used up its share of the cache; there is room for others. The sender is told that the service is busy.
    /// </summary>
    ShareUsedUp,
    /// <summary>
    /// The session of the message was cancelled or aborted, perhaps at another instance of the service. The sender is told that it is
    /// unknown. Only for entries with a <see cref="ReplayEntry.SessionId"/>.
    /// </summary>
    SessionEnded,
}

/// <summary>One value that a replay cache remembers.</summary>
public readonly record struct ReplayEntry
{
    /// <summary>
    /// What is compared: 32 octets, a SHA-256 over the kind of the value (signature or wrapped key) and its octets. Values of different
    /// kinds never equal each other, and the same message has the same value in every process.
    /// </summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>How long the value must be remembered, from now on.</summary>
    public required TimeSpan Retention { get; init; }

    /// <summary>
    /// Who fills the cache with this entry: an authenticated client, or the address of an anonymous one. A cache that is limited should
    /// not let one owner use it up. Null when nothing is known about the sender. For comparison only.
    /// </summary>
    public string? Owner { get; init; }

    /// <summary>
    /// The network that the owner sends from, where he can have many names there: that of an IPv6 address (48 bits), or the address of an
    /// authenticated client. A cache that is limited should not let one network use it up either. Null when it is not known, or is the
    /// owner himself. For comparison only.
    /// </summary>
    public string? Network { get; init; }

    /// <summary>
    /// Identifier of the security context that protects the message; null outside sessions. A cache that has its memory in common with an
    /// <see cref="ISecuritySessionStore"/> can say in the same step that the session has ended.
    /// </summary>
    public string? SessionId { get; init; }
}

/// <summary>
/// Remembers the values of messages for as long as their timestamps could be accepted again. The engine calls the cache once the
/// signature of a message holds, and before anything but that is decrypted, for the signature and then for the encrypted key where the
/// message has one. Forged messages cannot fill it. Outside sessions anybody can make a message whose signature holds under a key of his
/// own: that is what the owner of an entry is for.
/// </summary>
public interface IReplayCache
{
    /// <summary>Adds a value if it is new, atomically.</summary>
    /// <param name="entry">The value, how long it counts, and for whom.</param>
    /// <param name="cancellationToken">Cancels the call to a remote cache.</param>
    /// <exception cref="StoreUnavailableException">
    /// The cache cannot reach its memory. Whatever it throws, the message is refused: its sender is told that the service is busy.
    /// </exception>
    ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken);
}
