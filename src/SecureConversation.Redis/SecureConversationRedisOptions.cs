using StackExchange.Redis;

namespace SecureConversation.Redis;

/// <summary>
/// Settings of the session store and the replay cache in Redis. All instances of a service need the same <see cref="KeyPrefix"/>.
/// </summary>
public sealed class SecureConversationRedisOptions
{
    /// <summary>
    /// How to connect, in the form of StackExchange.Redis, such as "redis1:6379,user=orders,password=...,ssl=true". Null (default): the
    /// <see cref="IConnectionMultiplexer"/> among the services of the application, which stays the application's.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>
    /// What the names of all keys and of the channel in Redis start with. Services with different prefixes share nothing. 1 to 100
    /// characters without braces. Default "secureconversation".
    /// </summary>
    public string KeyPrefix { get; set; } = "secureconversation";

    /// <summary>
    /// The longest time that a message waits for one answer of Redis. Then it is refused with <see cref="FailureCode.StoreUnavailable"/>,
    /// and where Redis answered nothing else in that time, all others are until it answers again. Default two seconds.
    /// </summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long this process uses its own copy of the state of a session before it reads the state again. Other instances tell when a state
    /// changes or is removed, and with the replay cache of this package each message learns it in the step that remembers the message. So
    /// this is the longest time that a session which was cancelled elsewhere goes on only where DetectReplays is false and the message of
    /// the other instance was lost. Default ten seconds; zero keeps no copies.
    /// </summary>
    public TimeSpan LocalStateLifetime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most states of which this process keeps a copy, some 2 KB each. Default 10,000.</summary>
    public int MaxLocalStates { get; set; } = 10_000;

    /// <summary>
    /// How long the state of a session is kept after its last key has expired, so that a client can still renew it. Default ten minutes.
    /// </summary>
    public TimeSpan ExpiredStateLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The most messages that this process lets Redis remember, shared by its clients as ReplayCacheSize of LocalServiceSettings is. With n
    /// instances Redis holds at most n times as many, some 120 bytes each. Default 6,800,000.
    /// </summary>
    public int ReplayCacheSize { get; set; } = 6_800_000;
}
