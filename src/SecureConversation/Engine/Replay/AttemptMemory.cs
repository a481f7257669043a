using System.Runtime.CompilerServices;

namespace SecureConversation.Engine.Replay;

/// <summary>
/// What a service remembers of messages beside its replay cache, so that each is good for one attempt. Endpoints that share a replay cache,
/// as those with one key do, share it.
/// </summary>
internal sealed class AttemptMemory
{
    private static readonly ConditionalWeakTable<IReplayCache, AttemptMemory> Memories = [];

    private AttemptMemory(TimeProvider clock) => Messages = new SingleAttempts(clock);

    /// <summary>The ciphertexts of signatures.</summary>
    public SealedAttempts Signatures { get; } = new();

    /// <summary>The wrapped keys of messages that are signed with a key of their sender.</summary>
    public WrappedKeyMemory WrappedKeys { get; } = new();

    /// <summary>Messages that failed and that the replay cache does not remember.</summary>
    public SingleAttempts Messages { get; }

    /// <summary>The memory beside a replay cache.</summary>
    public static AttemptMemory Of(IReplayCache replays, TimeProvider clock) => Memories.GetValue(replays, _ => new AttemptMemory(clock));
}
