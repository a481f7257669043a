using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Redis.Internal;
using StackExchange.Redis;

namespace SecureConversation.Redis;

/// <summary>
/// What the instances of a service have in common in one Redis: the states of their sessions and the memory of replayed messages.
/// <c>services.AddSecureConversationRedis</c> makes it; hosts without services make their own. Safe for concurrent use.
/// </summary>
public sealed class SecureConversationRedis : IAsyncDisposable, IDisposable
{
    private readonly RedisGate _gate;
    private readonly LocalStates _copies;
    private readonly StateProtection _protection;

    /// <summary>Uses a connection of the application, which stays the application's.</summary>
    /// <param name="connection">The connection. It may be broken: messages are refused until it is restored.</param>
    /// <param name="dataProtection">
    /// Encrypts the states. All instances need its keys (PersistKeysTo...) and one application name (SetApplicationName).
    /// </param>
    /// <param name="options">All other settings; null for the defaults.</param>
    /// <param name="loggerFactory">Gets the log "SecureConversation.Redis"; null for none.</param>
    /// <param name="timeProvider">Source of time; null for that of the system.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SecureConversationRedis(
        IConnectionMultiplexer connection,
        IDataProtectionProvider dataProtection,
        SecureConversationRedisOptions? options = null,
        ILoggerFactory? loggerFactory = null,
        TimeProvider? timeProvider = null)
        : this(Kept(connection), isOwn: false, dataProtection, options ?? new SecureConversationRedisOptions(), loggerFactory, timeProvider)
    {
    }

    internal SecureConversationRedis(
        Func<Task<IConnectionMultiplexer>> connect,
        bool isOwn,
        IDataProtectionProvider dataProtection,
        SecureConversationRedisOptions options,
        ILoggerFactory? loggerFactory,
        TimeProvider? timeProvider)
    {
        ArgumentNullException.ThrowIfNull(dataProtection);
        if (OptionsValidation.FirstProblem(options) is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        var log = loggerFactory?.CreateLogger("SecureConversation.Redis") ?? (ILogger)NullLogger.Instance;
        var clock = timeProvider ?? TimeProvider.System;
        var keys = new RedisKeys(options.KeyPrefix);
        _copies = new LocalStates(options.LocalStateLifetime, options.MaxLocalStates, clock);
        _gate = new RedisGate(connect, isOwn, keys, options.OperationTimeout, log, clock)
        {
            Changed = _copies.Drop,
            ChangesLost = _copies.Clear,
        };
        _protection = new StateProtection(dataProtection, log, clock);
        SessionStore = new RedisSecuritySessionStore(_gate, keys, _copies, _protection, options, clock);
        ReplayCache = new RedisReplayCache(_gate, keys, _copies, options, clock);
        _gate.Start();
    }

    /// <summary>For <see cref="MessageSecurityServiceOptions.SessionStore"/>.</summary>
    public RedisSecuritySessionStore SessionStore { get; }

    /// <summary>For <see cref="MessageSecurityServiceOptions.ReplayCache"/>.</summary>
    public RedisReplayCache ReplayCache { get; }

    /// <summary>
    /// Zeroes the copies of states. A connection that was made from <see cref="SecureConversationRedisOptions.Configuration"/> is closed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _copies.Dispose();
        _protection.Dispose();
        await _gate.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        _copies.Dispose();
        _protection.Dispose();
        _gate.Dispose();
    }

    private static Func<Task<IConnectionMultiplexer>> Kept(IConnectionMultiplexer connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return () => Task.FromResult(connection);
    }
}
