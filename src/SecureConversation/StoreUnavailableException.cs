namespace SecureConversation;

/// <summary>
/// Thrown by an <see cref="ISecuritySessionStore"/> or <see cref="IReplayCache"/> that cannot reach its memory and has told the operator
/// so. The message is refused with <see cref="FailureCode.StoreUnavailable"/>; its sender is told that the service is busy. The engine
/// logs the refusal without the exception, of which there may be thousands in an outage.
/// </summary>
public sealed class StoreUnavailableException : Exception
{
    /// <param name="message">What cannot be reached. Goes to the log, not to the peer.</param>
    /// <param name="innerException">Why.</param>
    public StoreUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
