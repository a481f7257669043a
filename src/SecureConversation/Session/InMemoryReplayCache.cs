using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace SecureConversation.Session;

/// <summary>
/// Replay cache of one process. Two generations take turns: an entry lives at least as long as asked and at most twice
/// that, and expiry costs nothing per message. When full it refuses, as WCF does (ReplayCacheSize).
/// </summary>
/// <param name="capacity">Most entries at once.</param>
/// <param name="clock">Source of time.</param>
public sealed class InMemoryReplayCache(int capacity, TimeProvider clock) : IReplayCache
{
    private readonly Lock _turn = new();
    private ConcurrentDictionary<UInt128, byte> _current = new();
    private ConcurrentDictionary<UInt128, byte> _previous = new();
    private DateTimeOffset _turned = clock.GetUtcNow();

    /// <inheritdoc/>
    public ValueTask<ReplayOutcome> TryAddAsync(ReadOnlyMemory<byte> signatureValue, TimeSpan retention, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TryAdd(signatureValue.Span, retention));

    /// <summary>The same without waiting.</summary>
    public ReplayOutcome TryAdd(ReadOnlySpan<byte> signatureValue, TimeSpan retention)
    {
        TurnGenerations(retention);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(signatureValue, hash);
        var key = BinaryPrimitives.ReadUInt128LittleEndian(hash);

        var (current, previous) = (_current, _previous);
        if (previous.ContainsKey(key))
        {
            return ReplayOutcome.Replayed;
        }

        if (current.Count + previous.Count >= capacity)
        {
            return current.ContainsKey(key) ? ReplayOutcome.Replayed : ReplayOutcome.Full;
        }

        return current.TryAdd(key, 0) ? ReplayOutcome.Fresh : ReplayOutcome.Replayed;
    }

    private void TurnGenerations(TimeSpan retention)
    {
        var now = clock.GetUtcNow();
        if (now - _turned < retention)
        {
            return;
        }

        lock (_turn)
        {
            if (now - _turned >= retention)
            {
                // After twice the retention nothing of the current generation is still needed either.
                _previous = now - _turned >= retention + retention ? new() : _current;
                _current = new();
                _turned = now;
            }
        }
    }
}
