using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace SecureConversation.Redis.Internal;

/// <summary>
/// The way to Redis. A call waits a limited time. When Redis is away, calls are refused at once until a probe is answered, so that nothing
/// piles up; the outage is logged once, and its end.
/// </summary>
internal sealed class RedisGate : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    private readonly Func<Task<IConnectionMultiplexer>> _connect;
    private readonly bool _isOwn;
    private readonly RedisKeys _keys;
    private readonly TimeSpan _timeout;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly LogLimit _slow;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _connection;
    private IConnectionMultiplexer? _known;
    private bool _isSubscribed;
    private Outage? _outage;
    private string? _marker;
    private long _lastAnswer;

    /// <param name="connect">Connects, or gives the connection of the application.</param>
    /// <param name="isOwn">Whether the connection is closed with this.</param>
    /// <param name="keys">The names in Redis.</param>
    /// <param name="timeout">How long a call may take.</param>
    /// <param name="log">Gets outages.</param>
    /// <param name="clock">Source of time.</param>
    public RedisGate(
        Func<Task<IConnectionMultiplexer>> connect, bool isOwn, RedisKeys keys, TimeSpan timeout, ILogger log, TimeProvider clock)
    {
        (_connect, _isOwn, _keys, _timeout, _log, _clock) = (connect, isOwn, keys, timeout, log, clock);
        _slow = new LogLimit(entries: 1, clock, more => RedisLog.MoreSlow(log, more));
    }

    /// <summary>Told of each session that another instance has changed or ended.</summary>
    public required Action<string> Changed { get; init; }

    /// <summary>Told when such messages may have been lost.</summary>
    public required Action ChangesLost { get; init; }

    /// <summary>Connects in the background. Calls wait for it as they wait for an answer.</summary>
    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(async () =>
            {
                try
                {
                    await GreetAsync(await ConnectionAsync(_stop.Token).ConfigureAwait(false)).WaitAsync(_timeout, _clock, _stop.Token)
                        .ConfigureAwait(false);
                }
                catch (Exception e) when (IsOfRedis(e))
                {
                    Begin(e);
                }
                catch (OperationCanceledException)
                {
                    // Disposed of.
                }
            });
        }
    }

    /// <exception cref="StoreUnavailableException">Redis is away.</exception>
    public void RequireUp()
    {
        if (Volatile.Read(ref _outage) is { } outage)
        {
            outage.Refuse();
            throw new StoreUnavailableException("Redis is not available.");
        }
    }

    /// <summary>Asks Redis.</summary>
    /// <exception cref="StoreUnavailableException">Redis is away, answers with an error, or not in time.</exception>
    public async ValueTask<T> RunAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken cancellationToken)
    {
        RequireUp();
        var since = _clock.GetTimestamp();
        Task<T>? asked = null;
        try
        {
            var connection = await ConnectionAsync(cancellationToken).ConfigureAwait(false);
            asked = ask(connection.GetDatabase());
            var answer = await asked.WaitAsync(_timeout, _clock, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _lastAnswer, _clock.GetTimestamp());
            return answer;
        }
        catch (Exception e) when (IsOfRedis(e))
        {
            Forget(asked);
            if (e is not TimeoutException || Volatile.Read(ref _lastAnswer) < since)
            {
                Begin(e);
            }
            else if (_slow.TryTake())
            {
                RedisLog.Slow(_log, _timeout.TotalMilliseconds);
            }

            throw new StoreUnavailableException("Redis did not answer as it should.", e);
        }
        catch (OperationCanceledException)
        {
            Forget(asked);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _slow.Dispose();
        if (await UnsubscribeAsync().ConfigureAwait(false) is { } connection && _isOwn)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _slow.Dispose();
        if (_known is { } connection)
        {
            _ = UnsubscribeAsync();
            if (_isOwn)
            {
                connection.Dispose();
            }
        }
    }

    /// <summary>Whether an exception says that Redis failed, and not that the caller gave up or that there is a defect.</summary>
    private static bool IsOfRedis(Exception e) => e is RedisException or TimeoutException or ObjectDisposedException or IOException
        or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException;

    /// <summary>Nobody waits for the task any more, and what it throws is known.</summary>
    private static void Forget(Task? task) => task?.ContinueWith(static t => _ = t.Exception, CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private async ValueTask<IConnectionMultiplexer> ConnectionAsync(CancellationToken cancellationToken)
    {
        Task<IConnectionMultiplexer> connection;
        lock (_lock)
        {
            if (_connection is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _connection = _connect();
            }

            connection = _connection;
        }

        return connection.IsCompletedSuccessfully ? connection.Result
            : await connection.WaitAsync(_timeout, _clock, cancellationToken).ConfigureAwait(false);
    }

    private void Begin(Exception cause)
    {
        if (_stop.IsCancellationRequested
            || Interlocked.CompareExchange(ref _outage, new Outage(_clock.GetTimestamp()), null) is not null)
        {
            return;
        }

        RedisLog.Unavailable(_log, CauseOf(cause), Servers(), ProbeInterval.TotalMilliseconds, cause);
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(EndAsync);
        }
    }

    private static string CauseOf(Exception e) => e switch
    {
        TimeoutException => "it does not answer.",
        RedisServerException => $"it refuses what it is asked ({e.Message.Split(' ')[0]}).",
        RedisConnectionException connection => $"there is no connection ({connection.FailureType}).",
        _ => $"there is no connection ({e.GetType().Name}).",
    };

    private string Servers() => _known is { } known ? string.Join(", ", known.GetEndPoints().Select(EndPointCollection.ToString))
        : "those of the configuration";

    /// <summary>Probes until Redis takes a write, and opens the gate.</summary>
    private async Task EndAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(ProbeInterval, _clock, _stop.Token).ConfigureAwait(false);
                var connection = await ConnectionAsync(_stop.Token).ConfigureAwait(false);
                var probe = ProbeAsync(connection);
                Forget(probe);
                await probe.WaitAsync(_timeout, _clock, _stop.Token).ConfigureAwait(false);
                var outage = Interlocked.Exchange(ref _outage, null)!;
                ChangesLost();
                RedisLog.AvailableAgain(_log, _clock.GetElapsedTime(outage.Since).TotalSeconds, outage.Refused);
                return;
            }
            catch (Exception e) when (IsOfRedis(e) || e is OperationCanceledException)
            {
                // Still away, or disposed of.
            }
        }
    }

    private async Task ProbeAsync(IConnectionMultiplexer connection)
    {
        await connection.GetDatabase().StringSetAsync(_keys.Probe, "1", TimeSpan.FromMinutes(1), When.Always, CommandFlags.DemandMaster)
            .ConfigureAwait(false);
        await GreetAsync(connection).ConfigureAwait(false);
    }

    /// <summary>Looks at Redis when a connection is new or was restored.</summary>
    private async Task GreetAsync(IConnectionMultiplexer connection)
    {
        await SubscribeAsync(connection).ConfigureAwait(false);
        var database = connection.GetDatabase();
        var own = Guid.NewGuid().ToString("N");
        var isNew = await database.StringSetAsync(_keys.Marker, own, null, When.NotExists, CommandFlags.DemandMaster).ConfigureAwait(false);
        var marker = isNew ? own : (string?)await database.StringGetAsync(_keys.Marker, CommandFlags.DemandMaster).ConfigureAwait(false);
        if (_marker is not null && _marker != marker)
        {
            RedisLog.Forgot(_log);
        }

        var isFirst = _marker is null;
        _marker = marker;
        if (isFirst)
        {
            await LookForEvictionAsync(connection).ConfigureAwait(false);
        }
    }

    private async Task SubscribeAsync(IConnectionMultiplexer connection)
    {
        if (!ReferenceEquals(Interlocked.Exchange(ref _known, connection), connection))
        {
            connection.ConnectionRestored += OnRestored;
        }

        if (!_isSubscribed)
        {
            await connection.GetSubscriber().SubscribeAsync(_keys.Channel, OnChanged).ConfigureAwait(false);
            _isSubscribed = true;
            ChangesLost();
        }
    }

    private async Task<IConnectionMultiplexer?> UnsubscribeAsync()
    {
        var connection = Interlocked.Exchange(ref _known, null);
        if (connection is null)
        {
            return null;
        }

        connection.ConnectionRestored -= OnRestored;
        try
        {
            await connection.GetSubscriber().UnsubscribeAsync(_keys.Channel, OnChanged, CommandFlags.FireAndForget).ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfRedis(e))
        {
            // There is no connection, so there is no subscription.
        }

        return connection;
    }

    private void OnChanged(RedisChannel channel, RedisValue id)
    {
        if ((string?)id is { } text)
        {
            Changed(text);
        }
    }

    // During an outage the copies are what lets a session be told under its own key that the service is busy; its end drops them.
    private void OnRestored(object? sender, ConnectionFailedEventArgs e)
    {
        if (Volatile.Read(ref _outage) is null)
        {
            ChangesLost();
        }
    }

    private async Task LookForEvictionAsync(IConnectionMultiplexer connection)
    {
        foreach (var server in connection.GetServers().Where(s => s.IsConnected && !s.IsReplica))
        {
            try
            {
                var memory = (await server.InfoAsync("memory").ConfigureAwait(false)).SelectMany(section => section)
                    .ToDictionary(pair => pair.Key, pair => pair.Value);
                if (memory.GetValueOrDefault("maxmemory", "0") != "0"
                    && memory.GetValueOrDefault("maxmemory_policy", "noeviction") is var policy and not "noeviction")
                {
                    RedisLog.Evicts(_log, policy);
                }
            }
            catch (RedisServerException)
            {
                // The user may not ask.
            }
        }
    }

    /// <summary>A time in which Redis is away.</summary>
    private sealed class Outage(long since)
    {
        private long _refused;

        public long Since { get; } = since;

        public long Refused => Volatile.Read(ref _refused);

        public void Refuse() => Interlocked.Increment(ref _refused);
    }
}
