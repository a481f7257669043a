using System.Collections.Concurrent;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>The sessions that both hosts share, as octets.</summary>
internal sealed class SoakStore : ISecuritySessionStore
{
    private readonly ConcurrentDictionary<string, byte[]> _states = new(StringComparer.Ordinal);

    public int Count => _states.Count;

    public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_states.TryGetValue(id, out var state) ? SessionState.FromBytes(state) : null);

    public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
    {
        _states[state.Id] = state.ToBytes();
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

    public ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
    {
        _states.TryRemove(id, out _);
        return ValueTask.CompletedTask;
    }
}
