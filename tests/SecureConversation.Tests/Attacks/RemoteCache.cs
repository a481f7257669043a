namespace SecureConversation.Tests.Attacks;

/// <summary>
/// A replay cache of the application, which is asked only once a signature holds: it does not refuse a message by its key before that. No
/// other service shares it.
/// </summary>
internal sealed class RemoteCache : IReplayCache
{
    private readonly InMemoryReplayCache _values = new(10_000, TimeProvider.System);

    public ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken) => _values.TryAddAsync(entry, cancellationToken);
}
