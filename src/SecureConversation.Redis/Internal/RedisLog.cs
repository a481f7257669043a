using Microsoft.Extensions.Logging;

namespace SecureConversation.Redis.Internal;

/// <summary>Events of the stores in Redis. Ids are never reused; nothing here prints keys, passwords or content.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(400, LogLevel.Error, "Redis is not available: {Cause} Until it answers, messages are refused with StoreUnavailable and "
        + "their senders told that the service is busy; sessions stay as they are. Check that the servers run, can be reached from here "
        + "and take writes: {Servers}. Nothing needs to be restarted here: Redis is asked every {Interval} ms.")]
    public static partial void Unavailable(ILogger logger, string cause, string servers, double interval, Exception exception);

    [LoggerMessage(401, LogLevel.Warning, "Redis is available again after {Seconds:0.0} s, in which {Refused} calls were refused.")]
    public static partial void AvailableAgain(ILogger logger, double seconds, long refused);

    [LoggerMessage(402, LogLevel.Warning, "Redis took longer than OperationTimeout ({Milliseconds} ms) for one call, which was refused, "
        + "while it answered others. Look at its slow log and at the load of its server and of this process, or raise OperationTimeout.")]
    public static partial void Slow(ILogger logger, double milliseconds);

    [LoggerMessage(403, LogLevel.Warning, "{Count} more calls took longer than OperationTimeout within a second.")]
    public static partial void MoreSlow(ILogger logger, int count);

    [LoggerMessage(404, LogLevel.Warning, "The state of session {SessionId} in Redis cannot be decrypted, so the session is unknown. All "
        + "instances need the same Data Protection keys (PersistKeysTo...) and the same application name (SetApplicationName); a key that "
        + "was revoked ends the sessions that it protects.")]
    public static partial void Unreadable(ILogger logger, string sessionId, Exception exception);

    [LoggerMessage(405, LogLevel.Warning, "{Count} more states could not be decrypted within a second.")]
    public static partial void MoreUnreadable(ILogger logger, int count);

    [LoggerMessage(406, LogLevel.Error, "Redis has the state of another session, or an older one, in the place of session {SessionId}. "
        + "Somebody has changed it there: find out who may write to Redis.")]
    public static partial void Misplaced(ILogger logger, string sessionId);

    [LoggerMessage(407, LogLevel.Warning, "Redis evicts keys when its memory is full (maxmemory-policy {Policy}): it may forget sessions, "
        + "and messages that could then be replayed. Set maxmemory-policy noeviction, and maxmemory to what it needs.")]
    public static partial void Evicts(ILogger logger, string policy);

    [LoggerMessage(408, LogLevel.Warning, "Redis has lost what it was given: sessions have to be opened again, and messages outside "
        + "sessions that another instance accepted before can be replayed here until their timestamps are too old. Let Redis persist "
        + "(appendonly yes), and have a replica that it fails over to.")]
    public static partial void Forgot(ILogger logger);
}
