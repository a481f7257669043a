using SecureConversation.Redis.Internal;
using StackExchange.Redis;

namespace SecureConversation.Redis;

/// <summary>
/// Remembers messages in Redis, for all instances of a service. One step of Redis adds a message and says whether it is new and whether its
/// session goes on. When Redis does not answer, no message is accepted.
/// </summary>
/// <remarks>
/// Each process first asks a memory of its own, which has the limits and the fair shares of <see cref="InMemoryReplayCache"/>. It decides
/// without Redis about what the process has seen itself, and what a process lets Redis remember is limited by it: the limits are those of
/// one process, and n processes have n times as much.
/// What Redis forgets can be replayed at another instance: let it persist (appendonly yes) and evict nothing (maxmemory-policy noeviction).
/// </remarks>
public sealed class RedisReplayCache : IReplayCache
{
    /// <summary>Answers "-" for a session that has ended, "r" for a replay, else the version of the state or nothing.</summary>
    private const string AddInSession = """
        local version = redis.call('HGET', KEYS[2], 'v')
        if version == '-' then return '-' end
        if not redis.call('SET', KEYS[1], '', 'PX', ARGV[1], 'NX') then return 'r' end
        return version or ''
        """;

    private readonly RedisGate _gate;
    private readonly RedisKeys _keys;
    private readonly LocalStates _copies;
    private readonly InMemoryReplayCache _own;

    internal RedisReplayCache(
        RedisGate gate, RedisKeys keys, LocalStates copies, SecureConversationRedisOptions options, TimeProvider clock)
    {
        (_gate, _keys, _copies) = (gate, keys, copies);
        _own = new InMemoryReplayCache(options.ReplayCacheSize, clock);
    }

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">Redis does not answer, or not in time.</exception>
    public async ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken)
    {
        _gate.RequireUp();
        var own = _own.TryAdd(entry);
        return own != ReplayOutcome.Fresh ? own
            : entry.SessionId is { } id ? await AddAsync(entry, id, cancellationToken).ConfigureAwait(false)
            : await AddAsync(entry, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ReplayOutcome> AddAsync(ReplayEntry entry, CancellationToken cancellationToken)
    {
        var (key, retention) = (_keys.Replay(null, entry.Value.Span), Whole(entry.Retention));
        var isNew = await _gate.RunAsync(
            database => database.StringSetAsync(key, RedisValue.EmptyString, retention, When.NotExists, CommandFlags.DemandMaster),
            cancellationToken).ConfigureAwait(false);
        return isNew ? ReplayOutcome.Fresh : ReplayOutcome.Replayed;
    }

    private async ValueTask<ReplayOutcome> AddAsync(ReplayEntry entry, string id, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [_keys.Replay(id, entry.Value.Span), _keys.Session(id)];
        RedisValue[] arguments = [(long)Whole(entry.Retention).TotalMilliseconds];
        var result = await _gate.RunAsync(
            database => database.ScriptEvaluateAsync(AddInSession, keys, arguments, CommandFlags.DemandMaster), cancellationToken)
            .ConfigureAwait(false);
        switch ((string?)result)
        {
            case "-":
                _copies.Drop(id);
                return ReplayOutcome.SessionEnded;
            case "r":
                return ReplayOutcome.Replayed;
            case { } version:
                _copies.Compare(id, version);
                return ReplayOutcome.Fresh;
            default:
                throw new StoreUnavailableException("Redis answered the script of the replay cache with nothing.");
        }
    }

    /// <summary>Never shorter: Redis counts milliseconds.</summary>
    private static TimeSpan Whole(TimeSpan retention) => TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(retention.TotalMilliseconds)));
}
