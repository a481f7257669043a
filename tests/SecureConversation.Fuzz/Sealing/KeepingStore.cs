using System.Collections.Concurrent;

namespace SecureConversation.Fuzz.Sealing;

/// <summary>Keeps every session for good, so that a session that was cancelled serves the next input as well.</summary>
internal sealed class KeepingStore : ISecuritySessionStore
{
    private readonly ConcurrentDictionary<string, byte[]> _states = new(StringComparer.Ordinal);

    /// <summary>Whether new sessions are kept: only the first one is.</summary>
    public bool IsClosed { get; set; }

    public SessionState Single() => SessionState.FromBytes(_states.Single().Value);

    public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_states.TryGetValue(id, out var state) ? SessionState.FromBytes(state) : null);

    public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
    {
        if (!IsClosed)
        {
            _states[state.Id] = state.ToBytes();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken)
    {
        if (!_states.TryGetValue(state.Id, out var octets))
        {
            return ValueTask.FromResult(false);
        }

        // Arrays are compared by reference, so no other state has come between.
        using var stored = SessionState.FromBytes(octets);
        return ValueTask.FromResult(stored.Version == version && _states.TryUpdate(state.Id, state.ToBytes(), octets));
    }

    public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>Remembers nothing: the same message comes again and again here.</summary>
internal sealed class ForgetfulReplayCache : IReplayCache
{
    public ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ReplayOutcome.Fresh);
}
