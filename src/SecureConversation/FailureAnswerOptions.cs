namespace SecureConversation;

/// <summary>
/// When a service answers a message that it refuses for its content. A stranger can send ciphertext of his own and see how long the
/// refusal takes; what takes longer got further, and that is enough to decrypt recorded messages. So refusals leave at fixed points of time
/// after the message arrived. Messages that are accepted never wait.
/// </summary>
public sealed record FailureAnswerOptions
{
    /// <summary>
    /// Time from the arrival of a message to its refusal, rounded up to 5 ms. When the work took longer, the refusal leaves at the next
    /// multiple. Default 25 ms; <see cref="TimeSpan.Zero"/> answers at once, and then the time of an answer tells how far a forged message
    /// got.
    /// </summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The longest <see cref="Step"/> that a source of many failures gets. Default 1 second.</summary>
    public TimeSpan MaxStep { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many messages of one source may fail within a minute after a key was used for them. The sources are a security context, a
    /// wrapped key, and a remote address (<see cref="MessageOrigin.RemoteAddress"/>; IPv6 by its first 64 bits, and by its first 48 with
    /// eight budgets). Beyond it a warning names the source, and its <see cref="Step"/> doubles with every further budget. A refusal that
    /// took longer than its step doubles the next one as well. All of them count, also those that were late or came twice: whether the
    /// signature was right must not show. Refusals for which no key was used are counted apart, by address with 64 budgets, and only
    /// make one another wait. Default 16.
    /// </summary>
    public int Budget { get; init; } = 16;

    /// <summary>
    /// How many refusals may wait at once. Beyond it new messages get the fault ServerTooBusy before any cryptography. Shared by remote
    /// address: none may have more waiting than three times of what is still free, so 7,500 of 10,000 for one alone, and an IPv6 network
    /// of 48 bits twice as much. A fourth as many messages outside sessions may wait in a line of their own until the private key of the
    /// service is used for them, shared by the same rule; each keeps its envelope in memory meanwhile. Default 10,000.
    /// </summary>
    public int MaxWaiting { get; init; } = 10_000;

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void RequireRanges()
    {
        if (Step < TimeSpan.Zero || Step > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentException(
                "Step must be between zero and a minute: set FailureAnswerOptions.Step to 25 ms, or to zero for none.");
        }

        if (MaxStep < Step || MaxStep > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentException("MaxStep must be between Step and a minute: set FailureAnswerOptions.MaxStep to 1 second.");
        }

        if (Budget < 1 || MaxWaiting < 1)
        {
            throw new ArgumentException(
                "Budget and MaxWaiting must be positive: set FailureAnswerOptions.Budget to 16, and MaxWaiting to 10,000.");
        }
    }
}
