namespace SecureConversation.Binding;

/// <summary>Settings of the service that the client does not see. Names are those of WCF, and defaults, but for ReplayCacheSize.</summary>
public sealed record LocalServiceSecuritySettings
{
    /// <summary>Whether the service refuses a request that it accepted before. Default true; needs timestamps.</summary>
    public bool DetectReplays { get; init; } = true;

    /// <summary>
    /// Maximum number of remembered requests. While that many are remembered, new requests are answered by ServerTooBusy. Default
    /// 6,800,000, WCF's is 900,000: a request is remembered for ReplayWindow and twice MaxClockSkew, 15 minutes by default, and up to an
    /// eighth longer, so the default is enough for 5,000 requests a second from a single client and 6,700 from many, where WCF's is used
    /// up at 1,000. A remembered request takes 20 to 25 bytes, allocated when it comes: up to 127 MB at 5,000 requests a second. Outside
    /// sessions a request with an encrypted key counts twice, and so does one that opens a session with it.
    /// </summary>
    /// <remarks>
    /// The memory is shared by all endpoints of the process with the same key and clock, and the largest value among them holds. Where the
    /// binding has sessions, the value of the session's element counts, for handshakes too.
    /// No client may hold more than three times of what is still free, which is three quarters for one alone, and all those of one address
    /// or one IPv6 network of 48 bits together not more than six times. Has no effect on an <see cref="IReplayCache"/> of the application.
    /// </remarks>
    public int ReplayCacheSize { get; init; } = DefaultReplayCacheSize;

    internal const int DefaultReplayCacheSize = 6_800_000;

    /// <summary>Maximum age of a request, without the clock skew. Default 5 minutes.</summary>
    public TimeSpan ReplayWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Maximum difference between the clocks of both sides, in either direction. Default 5 minutes.</summary>
    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time from Created to Expires in the timestamps of replies. Default 5 minutes.</summary>
    public TimeSpan TimestampValidityDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Lifetime of a session whose RequireCancellation is false. Default 10 hours. Has no effect on other elements, where other values are
    /// refused, except the 15 minutes that the standard bindings of WCF set on the bootstrap of a session.
    /// </summary>
    public TimeSpan IssuedCookieLifetime { get; init; } = TimeSpan.FromHours(10);

    /// <summary>
    /// Maximum number of sessions with RequireCancellation = false that are remembered, so that their cookies need not be read again.
    /// Default 1,000; 0 remembers none. A full memory drops a fifth, of those clients first who have most. Has no effect on other elements,
    /// where other values are refused.
    /// </summary>
    public int MaxCachedCookies { get; init; } = 1000;

    /// <summary>
    /// Maximum number of concurrent handshakes. Default 128. Shared by the addresses that they come from, if the host knows them (an IPv6
    /// network of 64 bits is one): none may hold more than three times of what is still free, and an IPv6 network of 48 bits not more than
    /// six times. At most half of the processors work on handshakes at once, for one address after the other; sixteen times as many
    /// handshakes as this may wait for that, shared likewise.
    /// </summary>
    public int MaxStatefulNegotiations { get; init; } = 128;

    /// <summary>Maximum duration of a handshake. Default 1 minute.</summary>
    public TimeSpan NegotiationTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Maximum number of pending sessions, which were opened and not used yet. Default 128. Shared by clients, or by the addresses of
    /// anonymous ones: none may hold more than three times of what is still free, so 96 of 128 for one alone, and all those of one address
    /// or one IPv6 network of 48 bits together not more than six times, so 110. Spellings of one user name that differ in case, white
    /// space or Unicode form are one client.
    /// </summary>
    /// <remarks>
    /// With an <see cref="ISecuritySessionStore"/> it limits, for each process, the sessions that the process opened and did not see used.
    /// A session of which another process got the first message keeps its place until <see cref="InactivityTimeout"/> is over, unless it
    /// ended meanwhile. Set it to the sessions that a process opens within two times that, where clients may come to any process.
    /// </remarks>
    public int MaxPendingSessions { get; init; } = 128;

    /// <summary>
    /// Time after which a session that was never used ends; up to two times that. Default 2 minutes. With an
    /// <see cref="ISecuritySessionStore"/> its place among the pending sessions gets free, and the state stays in the store: whether
    /// another process uses it is not known here.
    /// </summary>
    public TimeSpan InactivityTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Lifetime of the key of a session whose RequireCancellation is true. Default 15 hours. A client renews the key before it expires, or
    /// is told to (RenewNeeded); where CanRenewSession is false the session ends with its key.
    /// </summary>
    public TimeSpan SessionKeyRenewalInterval { get; init; } = TimeSpan.FromHours(15);

    /// <summary>
    /// Time for which messages under the previous key are accepted after the first message under a renewed one. Default 5 minutes.
    /// </summary>
    public TimeSpan SessionKeyRolloverInterval { get; init; } = TimeSpan.FromMinutes(5);
}
