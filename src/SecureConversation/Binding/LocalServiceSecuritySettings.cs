namespace SecureConversation.Binding;

/// <summary>Settings of the service that the client does not see. Names and defaults of WCF.</summary>
public sealed record LocalServiceSecuritySettings
{
    /// <summary>Whether a request is refused that was accepted before. Default true; needs timestamps.</summary>
    public bool DetectReplays { get; init; } = true;

    /// <summary>Number of requests remembered; when full, new ones are refused. Default 900,000.</summary>
    public int ReplayCacheSize { get; init; } = 900_000;

    /// <summary>Greatest age of a request, clock skew not included. Default 5 minutes.</summary>
    public TimeSpan ReplayWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Greatest difference between the clocks of both sides, either way. Default 5 minutes.</summary>
    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time from Created to Expires of the timestamps that are sent. Default 5 minutes.</summary>
    public TimeSpan TimestampValidityDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Lifetime of the token of a session whose RequireCancellation is false. Default 10 hours. Without effect elsewhere, where any other is
    /// refused; the bootstrap of a session may have the 15 minutes that the standard bindings of WCF set.
    /// </summary>
    public TimeSpan IssuedCookieLifetime { get; init; } = TimeSpan.FromHours(10);

    /// <summary>Number of tokens with a cookie whose state is remembered. Default 1,000, and without effect yet: any other is refused.</summary>
    public int MaxCachedCookies { get; init; } = 1000;

    /// <summary>Number of handshakes at once. Default 128.</summary>
    public int MaxStatefulNegotiations { get; init; } = 128;

    /// <summary>Longest time of a handshake. Default 1 minute.</summary>
    public TimeSpan NegotiationTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Number of sessions that were opened and not yet used. Default 128.</summary>
    public int MaxPendingSessions { get; init; } = 128;

    /// <summary>Time after which a session that was never used is forgotten. Default 2 minutes.</summary>
    public TimeSpan InactivityTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Lifetime of the key of a session whose RequireCancellation is true. Default 15 hours.</summary>
    public TimeSpan SessionKeyRenewalInterval { get; init; } = TimeSpan.FromHours(15);

    /// <summary>Time for which the previous key is accepted after a renewal. Default 5 minutes, and without effect yet: any other is refused.</summary>
    public TimeSpan SessionKeyRolloverInterval { get; init; } = TimeSpan.FromMinutes(5);
}
