namespace SecureConversation.Engine.Negotiation;

/// <summary>
/// One end of a dialogue whose octets only the platform reads: a TLS handshake, or SPNEGO. It gets what the other end sent and gives what
/// to send; it does no I/O of its own, and blocks no thread of its caller. Not safe for concurrent use.
/// </summary>
internal abstract class NegotiationEnd : IDisposable
{
    /// <summary>
    /// What one leg holds at most. A TLS flight with a chain of certificates has some 5 KB, a ticket with many groups up to 64 KB.
    /// </summary>
    public const int MaxLegBytes = 96 * 1024;

    /// <summary>Whether the other end has proved itself, as far as the mechanism does, and keys are there.</summary>
    public bool IsComplete { get; protected set; }

    /// <summary>Takes what came and gives what is to be sent; no octets when there is nothing to send.</summary>
    /// <param name="received">The octets of the other end; none for the first step of a client.</param>
    /// <exception cref="Failures.SecurityFailureException">The other end sent what does not belong there.</exception>
    public abstract ValueTask<byte[]> StepAsync(ReadOnlyMemory<byte> received);

    /// <summary>Encrypts a key for the other end. To be called once, by a service, when the dialogue is complete.</summary>
    /// <param name="key">The key; the caller zeroes it.</param>
    public abstract ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key);

    /// <summary>Decrypts the key that the service made. To be called once, by a client, when the dialogue is complete.</summary>
    /// <param name="wrapped">What <see cref="WrapAsync"/> made.</param>
    /// <returns>The key; the caller zeroes it.</returns>
    /// <exception cref="Failures.SecurityFailureException">It is no such thing.</exception>
    public abstract ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped);

    public abstract void Dispose();
}
