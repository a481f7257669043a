namespace SecureConversation;

/// <summary>
/// Sends a plain envelope of a reliable session: protects it with the session, exchanges it, and verifies the answer. Each call protects
/// anew. An exception about the transport, or an answer that is refused, counts as a loss, and the envelope is sent again.
/// </summary>
/// <param name="envelope">The plain envelope. Valid until the task is completed.</param>
/// <param name="cancellationToken">The session is given up.</param>
public delegate Task<ReliableAnswer> ReliableExchange(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken);

/// <summary>The answer to a request of a reliable session. Dispose it after use.</summary>
/// <param name="message">The verified message; null where the service answered nothing, or has no reply to the request.</param>
/// <param name="owner">What the message lives in, for instance the response of a transport; null for nothing.</param>
public sealed class ReliableAnswer(VerifiedMessage? message, IDisposable? owner) : IDisposable
{
    /// <summary>The verified message, without the header blocks of reliable messaging; null where there is none.</summary>
    public VerifiedMessage? Message { get; } = message;

    /// <summary>What the message lives in; null for nothing.</summary>
    public IDisposable? Owner { get; } = owner;

    /// <summary>
    /// Why the transport says that it brings this request never to the service, or its reply never here, for instance because one is too
    /// large; null where it does not say so. Where it says it three times in a row, the call fails.
    /// </summary>
    public Exception? Refusal { get; init; }

    /// <summary>
    /// Whether <see cref="Refusal"/> is about the reply. Then the service is asked whether it has the request; where it has, those after it
    /// go on. Otherwise the session is over: the service waits for what it does not take.
    /// </summary>
    public bool IsReplyRefused { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Message?.Dispose();
        Owner?.Dispose();
    }
}
