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

    public ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
    {
        _states.TryRemove(id, out _);
        return ValueTask.CompletedTask;
    }
}
