namespace SecureConversation.Binding;

/// <summary>Settings of the service that the client does not see. Names and defaults are those of WCF.</summary>
public sealed record LocalServiceSecuritySettings
{
    /// <summary>Whether the service refuses a request that it accepted before. Default true; needs timestamps.</summary>
    public bool DetectReplays { get; init; } = true;

    /// <summary>Maximum number of remembered requests. While that many are remembered, new requests are refused. Default 900,000.</summary>
    public int ReplayCacheSize { get; init; } = 900_000;

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
    /// Maximum number of tokens with a cookie whose state is remembered. Default 1,000. Has no effect yet: other values are refused.
    /// </summary>
    public int MaxCachedCookies { get; init; } = 1000;

    /// <summary>Maximum number of concurrent handshakes. Default 128.</summary>
    public int MaxStatefulNegotiations { get; init; } = 128;

    /// <summary>Maximum duration of a handshake. Default 1 minute.</summary>
    public TimeSpan NegotiationTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Maximum number of pending sessions, which were opened and not used yet. Default 128.</summary>
    public int MaxPendingSessions { get; init; } = 128;

    /// <summary>Time after which a session that was never used ends. Default 2 minutes.</summary>
    public TimeSpan InactivityTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Lifetime of the key of a session whose RequireCancellation is true. Default 15 hours.</summary>
    public TimeSpan SessionKeyRenewalInterval { get; init; } = TimeSpan.FromHours(15);

    /// <summary>
    /// Time for which the previous key is accepted after a renewal. Default 5 minutes. Has no effect yet: other values are refused.
    /// </summary>
    public TimeSpan SessionKeyRolloverInterval { get; init; } = TimeSpan.FromMinutes(5);
}
