namespace SecureConversation.Binding;

/// <summary>Settings of the client that the service does not see. Names and defaults of WCF.</summary>
public sealed record LocalClientSecuritySettings
{
    /// <summary>Whether a reply is refused that was accepted before. Default true; needs timestamps.</summary>
    public bool DetectReplays { get; init; } = true;

    /// <summary>Number of replies remembered; when full, new ones are refused. Default 900,000.</summary>
    public int ReplayCacheSize { get; init; } = 900_000;

    /// <summary>Greatest age of a reply, clock skew not included. Default 5 minutes.</summary>
    public TimeSpan ReplayWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Greatest difference between the clocks of both sides, either way. Default 5 minutes.</summary>
    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time from Created to Expires of the timestamps that are sent. Default 5 minutes.</summary>
    public TimeSpan TimestampValidityDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether a SecurityContextToken with a cookie is used for further channels. Default true, and without effect yet: false is refused.</summary>
    public bool CacheCookies { get; init; } = true;

    /// <summary>Longest time for which such a token is kept. Default: as long as it is valid; without effect yet, so that any other is refused.</summary>
    public TimeSpan MaxCookieCachingTime { get; init; } = TimeSpan.MaxValue;

    /// <summary>Part of its lifetime, in percent, after which such a token is replaced. Default 60, and without effect yet: any other is refused.</summary>
    public int CookieRenewalThresholdPercentage { get; init; } = 60;

    /// <summary>
    /// Age of a session key at which the client stops using it; SecureConversation.Http opens a new session then. Default 10 hours. The
    /// service may set an earlier end.
    /// </summary>
    public TimeSpan SessionKeyRenewalInterval { get; init; } = TimeSpan.FromHours(10);

    /// <summary>Time for which replies under the previous key are accepted after a renewal. Default 5 minutes, and without effect yet: any other is refused.</summary>
    public TimeSpan SessionKeyRolloverInterval { get; init; } = TimeSpan.FromMinutes(5);
}
