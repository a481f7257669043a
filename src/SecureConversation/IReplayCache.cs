namespace SecureConversation;

/// <summary>What a replay cache says of a signature value.</summary>
public enum ReplayOutcome
{
    /// <summary>Not seen before; it is remembered from here on.</summary>
    Fresh,
    /// <summary>Seen before.</summary>
    Replayed,
    /// <summary>The cache is full: nothing can be accepted until entries expire.</summary>
    Full,
}

/// <summary>
/// Remembers the signature values of accepted messages for as long as their timestamps could be accepted again. Asked
/// only after a message was verified, so that a forged one burns no value.
/// </summary>
public interface IReplayCache
{
    /// <summary>Adds a value if it is new, in one step.</summary>
    /// <param name="signatureValue">Octets of the primary signature value.</param>
    /// <param name="retention">How long the value must be remembered.</param>
    /// <param name="cancellationToken">Cancels waiting for a remote cache.</param>
    ValueTask<ReplayOutcome> TryAddAsync(ReadOnlyMemory<byte> signatureValue, TimeSpan retention, CancellationToken cancellationToken);
}
