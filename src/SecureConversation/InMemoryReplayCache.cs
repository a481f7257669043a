using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Replay;

namespace SecureConversation;

/// <summary>
/// Replay cache in the memory of one process. An entry takes 20 to 25 bytes and lives for 8 to 9 eighths of its retention; nothing
/// is ever moved or dropped in one piece that grows with the number of entries, so that no message waits for another's housekeeping.
/// </summary>
/// <remarks>
/// <para>
/// A value is remembered as 128 bits of its HMAC-SHA256 under a random key of the process. Nobody outside can aim at the place or the
/// fingerprint of a value. With 6,800,000 entries, a fresh value is taken for another one with a probability of 2^-105.
/// </para>
/// <para>
/// The capacity is shared fairly: no owner may hold more than three times of what is still free. One owner alone gets three quarters,
/// two get three sevenths each, and who comes new always finds room. All owners of one network together may hold twice as much as one.
/// Entries without an owner are limited by the capacity alone.
/// </para>
/// </remarks>
public sealed class InMemoryReplayCache : IReplayCache
{
    /// <summary>Entries for each shard when the cache is full, in all time slices together.</summary>
    private const int EntriesPerShard = 1 << 14;

    /// <summary>Shards of a cache that may become large.</summary>
    internal const int MaxShards = 512;

    private static readonly byte[] ProcessKey = NewKey();

    private readonly ReplayTimeline _timeline;
    private readonly ReplayShard?[] _shards;
    private readonly Lazy<InMemoryReplayCache> _ofAssertions;

    /// <summary>Creates a cache.</summary>
    /// <param name="capacity">Maximum number of entries.</param>
    /// <param name="clock">
    /// Source of time. Only its monotonic timestamps are used, so that a change of the system clock drops no entry.
    /// </param>
    public InMemoryReplayCache(int capacity, TimeProvider clock)
        : this(capacity, clock, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(capacity / EntriesPerShard, 1, MaxShards)))
    {
    }

    /// <param name="capacity">Maximum number of entries.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="shards">
    /// How many callers can be served at once, a power of two. Each shard that is used costs some hundred bytes.
    /// </param>
    internal InMemoryReplayCache(int capacity, TimeProvider clock, int shards)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _timeline = new ReplayTimeline(capacity, clock);
        _shards = new ReplayShard?[shards];
        _ofAssertions = new(() => new InMemoryReplayCache(capacity, clock, shards));
    }

    /// <summary>
    /// Where whoever shares this cache remembers assertions, with as much room. The longest retention applies to all entries: one
    /// assertion that is valid for a day would have each message be remembered for a day, and the cache filled by them.
    /// </summary>
    internal InMemoryReplayCache OfAssertions => _ofAssertions.Value;

    /// <inheritdoc/>
    public ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TryAdd(entry));

    /// <summary>The synchronous form of <see cref="TryAddAsync"/>.</summary>
    /// <param name="entry">The value, how long it counts, and for whom.</param>
    public ReplayOutcome TryAdd(ReplayEntry entry) => TryAdd(entry.Value.Span, entry.Retention, entry.Owner, entry.Network);

    internal ReplayOutcome TryAdd(ReadOnlySpan<byte> value, TimeSpan retention, string? owner = null, string? network = null)
    {
        var fingerprint = FingerprintOf(value);
        var slice = _timeline.Advance(retention);
        return ShardOf(fingerprint).TryAdd(fingerprint, slice, _timeline, OwnerKey.Of(owner, network));
    }

    /// <summary>How many values are remembered.</summary>
    internal long Count
    {
        get
        {
            _timeline.Advance(TimeSpan.Zero);
            return _timeline.Count;
        }
    }

    /// <summary>Whether a value was added and may still be remembered.</summary>
    internal bool Contains(ReadOnlySpan<byte> value)
    {
        var fingerprint = FingerprintOf(value);
        var slice = _timeline.Advance(TimeSpan.Zero);
        return Volatile.Read(ref _shards[IndexOf(fingerprint)])?.Contains(fingerprint, slice) == true;
    }

    /// <summary>Remembers all entries, also those that are there already, for so long at least, and makes room for so many.</summary>
    internal void Require(TimeSpan retention, int capacity)
    {
        _timeline.Advance(retention);
        _timeline.RaiseCapacity(capacity);
    }

    private static UInt128 FingerprintOf(ReadOnlySpan<byte> value)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(ProcessKey, value, hash);
        var fingerprint = BinaryPrimitives.ReadUInt128LittleEndian(hash);
        return fingerprint == FingerprintTable.Empty ? UInt128.One : fingerprint;
    }

    private static byte[] NewKey()
    {
        var key = new byte[HMACSHA256.HashSizeInBytes];
        RandomSource.System.Fill(key);
        return key;
    }

    private int IndexOf(UInt128 fingerprint) => (int)(fingerprint & (uint)(_shards.Length - 1));

    private ReplayShard ShardOf(UInt128 fingerprint) =>
        LazyInitializer.EnsureInitialized(ref _shards[IndexOf(fingerprint)], static () => new ReplayShard())!;
}
