using System.Collections.Concurrent;

namespace SecureConversation.Tests.State;

/// <summary>Keeps octets, as a remote store would.</summary>
internal sealed class OctetStore : ISecuritySessionStore
{
    private int _lookUps;

    public ConcurrentDictionary<string, byte[]> States { get; } = new();

    public bool IsAway { get; set; }

    /// <summary>Runs after a state was read and before it is handed over.</summary>
    public Func<Task> OnFound { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs after a state was written and before the engine hears of it.</summary>
    public Func<CancellationToken, Task> OnSaved { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before a state is removed.</summary>
    public Func<Task> OnRemove { get; set; } = () => Task.CompletedTask;

    /// <summary>How often a state was asked for.</summary>
    public int LookUps => _lookUps;

    public async ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lookUps);
        if (IsAway)
        {
            throw new IOException("The store does not answer.");
        }

        var state = States.TryGetValue(id, out var bytes) ? SessionState.FromBytes(bytes) : null;
        await OnFound();
        return state;
    }

    public async ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
    {
        States[state.Id] = state.ToBytes();
        await OnSaved(cancellationToken);
    }

    public async ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
    {
        await OnRemove();
        cancellationToken.ThrowIfCancellationRequested();
        States.TryRemove(id, out _);
    }
}
