using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureConversation;

/// <summary>
/// Replay cache of one process. Two generations take turns: an entry lives at least as long as asked and at most twice
/// that, and expiry costs nothing per message. When full it refuses, as WCF does (ReplayCacheSize).
/// </summary>
/// <param name="capacity">Most entries at once.</param>
/// <param name="clock">Source of time; only its monotonic part counts, so that a corrected system clock forgets nothing.</param>
public sealed class InMemoryReplayCache(int capacity, TimeProvider clock) : IReplayCache
{
    // One lock: looking and adding are one step also while the generations turn.
    private readonly Lock _lock = new();
    private HashSet<UInt128> _current = [];
    private HashSet<UInt128> _previous = [];
    private TimeSpan _retention;
    private long _turned = clock.GetTimestamp();

    /// <inheritdoc/>
    public ValueTask<ReplayOutcome> TryAddAsync(ReadOnlyMemory<byte> signatureValue, TimeSpan retention, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TryAdd(signatureValue.Span, retention));

    /// <summary>The same without waiting.</summary>
    public ReplayOutcome TryAdd(ReadOnlySpan<byte> signatureValue, TimeSpan retention)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(signatureValue, hash);
        var key = BinaryPrimitives.ReadUInt128LittleEndian(hash);
        lock (_lock)
        {
            TurnGenerations(retention);
            if (_previous.Contains(key) || _current.Contains(key))
            {
                return ReplayOutcome.Replayed;
            }

            if (_current.Count + _previous.Count >= capacity)
            {
                return ReplayOutcome.Full;
            }

            _current.Add(key);
            return ReplayOutcome.Fresh;
        }
    }

    private void TurnGenerations(TimeSpan retention)
    {
        // Messages of several bindings may share a cache: the longest retention that was ever asked for holds for all.
        _retention = retention > _retention ? retention : _retention;
        var elapsed = clock.GetElapsedTime(_turned);
        if (elapsed < _retention)
        {
            return;
        }

        // After twice the retention nothing of the current generation is still needed either.
        _previous = elapsed - _retention >= _retention ? [] : _current;
        _current = [];
        _turned = clock.GetTimestamp();
    }
}
