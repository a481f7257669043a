using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureConversation;

/// <summary>
/// Replay cache in the memory of one process. Entries are kept in two generations, of which the older is dropped as a whole: an entry
/// lives for one to two times its retention, and expiry costs nothing per message. A full cache refuses, as WCF does (ReplayCacheSize).
/// </summary>
/// <param name="capacity">Maximum number of entries.</param>
/// <param name="clock">Source of time. Only its monotonic timestamps are used, so that a change of the system clock drops no entry.</param>
public sealed class InMemoryReplayCache(int capacity, TimeProvider clock) : IReplayCache
{
    // One lock makes looking up, adding and turning the generations atomic.
    private readonly Lock _lock = new();
    private HashSet<UInt128> _current = [];
    private HashSet<UInt128> _previous = [];
    private TimeSpan _retention;
    private long _turned = clock.GetTimestamp();

    /// <inheritdoc/>
    public ValueTask<ReplayOutcome> TryAddAsync(
        ReadOnlyMemory<byte> signatureValue, TimeSpan retention, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TryAdd(signatureValue.Span, retention));

    /// <summary>The synchronous form of <see cref="TryAddAsync"/>.</summary>
    public ReplayOutcome TryAdd(ReadOnlySpan<byte> signatureValue, TimeSpan retention)
    {
        var key = KeyOf(signatureValue);
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

    /// <summary>How many values are remembered.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                TurnGenerations(_retention);
                return _current.Count + _previous.Count;
            }
        }
    }

    /// <summary>Whether a value was added and may still be remembered.</summary>
    internal bool Contains(ReadOnlySpan<byte> signatureValue)
    {
        var key = KeyOf(signatureValue);
        lock (_lock)
        {
            return _previous.Contains(key) || _current.Contains(key);
        }
    }

    private static UInt128 KeyOf(ReadOnlySpan<byte> signatureValue)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(signatureValue, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private void TurnGenerations(TimeSpan retention)
    {
        // Several bindings may share a cache, so the longest retention that was ever passed in applies to all entries.
        _retention = retention > _retention ? retention : _retention;
        var elapsed = clock.GetElapsedTime(_turned);
        if (elapsed < _retention)
        {
            return;
        }

        // After twice the retention, the current generation has expired as well.
        _previous = elapsed - _retention >= _retention ? [] : _current;
        _current = [];
        _turned = clock.GetTimestamp();
    }
}
