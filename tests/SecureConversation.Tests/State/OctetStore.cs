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

    /// <summary>Runs before a state is put in the place of another.</summary>
    public Func<Task> OnReplace { get; set; } = () => Task.CompletedTask;

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

    public async ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            throw new IOException("The store does not answer.");
        }

        await OnReplace();
        return TryReplace(States, state, version);
    }

    public async ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
    {
        await OnRemove();
        cancellationToken.ThrowIfCancellationRequested();
        States.TryRemove(id, out _);
    }

    /// <summary>What each store has to do in one step, for those that keep octets in a dictionary.</summary>
    public static bool TryReplace(ConcurrentDictionary<string, byte[]> states, SessionState state, long version)
    {
        if (!states.TryGetValue(state.Id, out var octets))
        {
            return false;
        }

        // Arrays are compared by reference, so no other state has come between.
        using var stored = SessionState.FromBytes(octets);
        return stored.Version == version && states.TryUpdate(state.Id, state.ToBytes(), octets);
    }
}
