namespace SecureConversation.Binding;

/// <summary>Settings of the client that the service does not see. Names and defaults are those of WCF.</summary>
public sealed record LocalClientSecuritySettings
{
    /// <summary>Whether the client refuses a reply that it accepted before. Default true; needs timestamps.</summary>
    public bool DetectReplays { get; init; } = true;

    /// <summary>Maximum number of remembered replies. While that many are remembered, new replies are refused. Default 900,000.</summary>
    public int ReplayCacheSize { get; init; } = 900_000;

    /// <summary>Maximum age of a reply, without the clock skew. Default 5 minutes.</summary>
    public TimeSpan ReplayWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Maximum difference between the clocks of both sides, in either direction. Default 5 minutes.</summary>
    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time from Created to Expires in the timestamps of requests. Default 5 minutes.</summary>
    public TimeSpan TimestampValidityDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether a SecurityContextToken with a cookie is used for further channels. Default true. Has no effect yet: false is refused.
    /// </summary>
    public bool CacheCookies { get; init; } = true;

    /// <summary>
    /// Maximum time for which a token with a cookie is kept. Default: as long as it is valid. Has no effect yet: other values are refused.
    /// </summary>
    public TimeSpan MaxCookieCachingTime { get; init; } = TimeSpan.MaxValue;

    /// <summary>
    /// Percentage of its lifetime after which a token with a cookie is replaced. Default 60. Has no effect yet: other values are refused.
    /// </summary>
    public int CookieRenewalThresholdPercentage { get; init; } = 60;

    /// <summary>
    /// Age at which the client renews the key of a session (<see cref="ClientSession.IsRenewalDue"/>). Default 10 hours. It renews the key
    /// earlier where three fifths of the validity that the service gave it are over before. Where keys are not renewed,
    /// SecureConversation.Http opens a new session at that age.
    /// </summary>
    public TimeSpan SessionKeyRenewalInterval { get; init; } = TimeSpan.FromHours(10);

    /// <summary>
    /// Time for which replies under the previous key are accepted after a renewal, where the request was under another key. Default 5
    /// minutes. A reply under the key of its request is accepted without limit.
    /// </summary>
    public TimeSpan SessionKeyRolloverInterval { get; init; } = TimeSpan.FromMinutes(5);
}
