using System.Globalization;
using System.Security.Cryptography;
using SecureConversation.Redis.Internal;
using StackExchange.Redis;

namespace SecureConversation.Redis;

/// <summary>
/// Keeps the states of sessions in Redis, encrypted by Data Protection, and copies of those that this process uses. A state is dropped
/// when it has expired and ExpiredStateLifetime is over.
/// </summary>
/// <remarks>
/// Each change and removal is one step of Redis, which tells all processes to drop their copies. A session that was removed leaves a mark
/// for some minutes: nothing that comes late brings it back, and the replay cache refuses its messages in the step that remembers them.
/// When Redis does not answer, methods throw <see cref="StoreUnavailableException"/>, and sessions stay as they are.
/// </remarks>
public sealed class RedisSecuritySessionStore : ISecuritySessionStore
{
    // The mark of a removed session outlives whatever may come late: copies, and what Redis was asked before.
    private static readonly TimeSpan LeastMark = TimeSpan.FromMinutes(5);

    private const string Save = """
        if redis.call('HGET', KEYS[1], 'v') == '-' then return 0 end
        redis.call('HSET', KEYS[1], 'v', ARGV[1], 'd', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return 1
        """;

    private const string Replace = """
        if redis.call('HGET', KEYS[1], 'v') ~= ARGV[4] then return 0 end
        redis.call('HSET', KEYS[1], 'v', ARGV[1], 'd', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        redis.call('PUBLISH', ARGV[5], ARGV[6])
        return 1
        """;

    private const string Remove = """
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 'v', '-')
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        redis.call('PUBLISH', ARGV[2], ARGV[3])
        return 1
        """;

    private static readonly RedisValue[] Fields = ["v", "d"];

    private readonly RedisGate _gate;
    private readonly RedisKeys _keys;
    private readonly LocalStates _copies;
    private readonly StateProtection _protection;
    private readonly TimeSpan _expiredStateLifetime;
    private readonly long _markMilliseconds;
    private readonly TimeProvider _clock;

    internal RedisSecuritySessionStore(RedisGate gate, RedisKeys keys, LocalStates copies, StateProtection protection,
        SecureConversationRedisOptions options, TimeProvider clock)
    {
        (_gate, _keys, _copies, _protection, _clock) = (gate, keys, copies, protection, clock);
        _expiredStateLifetime = options.ExpiredStateLifetime;
        _markMilliseconds = (long)(LeastMark + options.LocalStateLifetime).TotalMilliseconds;
    }

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">Redis does not answer, or not in time, and this process has no copy.</exception>
    public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) =>
        _copies.Find(id) is { } copy ? ValueTask.FromResult<SessionState?>(copy) : FindLatestAsync(id, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">Redis does not answer, or not in time.</exception>
    public async ValueTask<SessionState?> FindLatestAsync(string id, CancellationToken cancellationToken)
    {
        if (!RedisKeys.CanHave(id))
        {
            return null;
        }

        var moment = _copies.Moment(id);
        var key = _keys.Session(id);
        var found = await _gate.RunAsync(
            database => database.HashGetAsync(key, Fields, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        var version = (string?)found[0];
        if (version is null or "-" || (byte[]?)found[1] is not { } data || _protection.Unprotect(data, id) is not { } plain)
        {
            _copies.Drop(id);
            return null;
        }

        try
        {
            var state = _protection.Read(plain, id, version);
            if (state is not null)
            {
                _copies.Keep(id, plain, version, moment);
            }

            return state;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">Redis does not answer, or not in time. It may have stored the state.</exception>
    /// <exception cref="InvalidOperationException">The session was removed before. It is not stored.</exception>
    public async ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(state);
        var (key, arguments) = Prepare(state);
        var result = await RunAsync(Save, key, arguments, cancellationToken).ConfigureAwait(false);
        if (!result)
        {
            throw new InvalidOperationException("The session to store was removed before.");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">Redis does not answer, or not in time. It may have replaced the state.</exception>
    public async ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(state);
        var (key, arguments) = Prepare(state);
        try
        {
            return await RunAsync(
                Replace,
                key,
                [.. arguments, version.ToString(CultureInfo.InvariantCulture), _keys.Channel.ToString(), state.Id],
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _copies.Drop(state.Id);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">Redis does not answer, or not in time. It may have removed the state.</exception>
    public async ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
    {
        if (!RedisKeys.CanHave(id))
        {
            return;
        }

        try
        {
            await RunAsync(Remove, _keys.Session(id), [_markMilliseconds, _keys.Channel.ToString(), id], cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            _copies.Drop(id);
        }
    }

    private async ValueTask<bool> RunAsync(string script, RedisKey key, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        var result = await _gate.RunAsync(
            database => database.ScriptEvaluateAsync(script, [key], arguments, CommandFlags.DemandMaster), cancellationToken)
            .ConfigureAwait(false);
        return (long)result == 1;
    }

    private (RedisKey Key, RedisValue[] Arguments) Prepare(SessionState state)
    {
        if (!RedisKeys.CanHave(state.Id))
        {
            throw new ArgumentException("The id of the session is longer than any of the engine, or has braces.", nameof(state));
        }

        var kept = state.Expires + _expiredStateLifetime - _clock.GetUtcNow();
        return (_keys.Session(state.Id),
            [
                state.Version.ToString(CultureInfo.InvariantCulture),
                _protection.Protect(state),
                (long)Math.Max(1, Math.Ceiling(kept.TotalMilliseconds)),
            ]);
    }
}
