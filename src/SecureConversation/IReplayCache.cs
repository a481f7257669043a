namespace SecureConversation;

/// <summary>The answer of a replay cache for one signature value.</summary>
public enum ReplayOutcome
{
    /// <summary>The value was not seen before; the cache has added it.</summary>
    Fresh,
    /// <summary>The value was seen before.</summary>
    Replayed,
    /// <summary>The cache is full: no message can be accepted until entries expire.</summary>
    Full,
}

/// <summary>
/// Remembers the signature values of accepted messages for as long as their timestamps could be accepted again. The engine calls
/// the cache only after a message was verified, so that forged messages cannot fill it.
/// </summary>
public interface IReplayCache
{
    /// <summary>Adds a value if it is new, atomically.</summary>
    /// <param name="signatureValue">Octets of the primary signature value.</param>
    /// <param name="retention">How long the value must be remembered.</param>
    /// <param name="cancellationToken">Cancels the call to a remote cache.</param>
    ValueTask<ReplayOutcome> TryAddAsync(ReadOnlyMemory<byte> signatureValue, TimeSpan retention, CancellationToken cancellationToken);
}
