namespace SecureConversation.Shared;

internal static partial class Translation
{
    // WCF's default is used up at 1,000 requests a second, so it stands for the default of the engine.
    private static readonly int WcfReplayCacheSize = new LocalServiceSecuritySettings().ReplayCacheSize;
    private static readonly int EngineReplayCacheSize = new EngineBinding.LocalServiceSecuritySettings().ReplayCacheSize;

    public static SecurityAlgorithmSuite FromEngine(EngineBinding.SecurityAlgorithmSuite suite) =>
        (SecurityAlgorithmSuite)typeof(SecurityAlgorithmSuite).GetProperty(suite.Name)!.GetValue(null)!;

    public static EngineBinding.LocalServiceSecuritySettings ToEngine(LocalServiceSecuritySettings settings) => new()
    {
        DetectReplays = settings.DetectReplays,
        ReplayCacheSize = settings.ReplayCacheSize == WcfReplayCacheSize ? EngineReplayCacheSize : settings.ReplayCacheSize,
        ReplayWindow = settings.ReplayWindow,
        MaxClockSkew = settings.MaxClockSkew,
        TimestampValidityDuration = settings.TimestampValidityDuration,
        IssuedCookieLifetime = settings.IssuedCookieLifetime,
        MaxCachedCookies = settings.MaxCachedCookies,
        MaxStatefulNegotiations = settings.MaxStatefulNegotiations,
        NegotiationTimeout = settings.NegotiationTimeout,
        MaxPendingSessions = settings.MaxPendingSessions,
        InactivityTimeout = settings.InactivityTimeout,
        SessionKeyRenewalInterval = settings.SessionKeyRenewalInterval,
        SessionKeyRolloverInterval = settings.SessionKeyRolloverInterval,
    };

    public static LocalServiceSecuritySettings FromEngine(EngineBinding.LocalServiceSecuritySettings settings) => new()
    {
        DetectReplays = settings.DetectReplays,
        ReplayCacheSize = settings.ReplayCacheSize == EngineReplayCacheSize ? WcfReplayCacheSize : settings.ReplayCacheSize,
        ReplayWindow = settings.ReplayWindow,
        MaxClockSkew = settings.MaxClockSkew,
        TimestampValidityDuration = settings.TimestampValidityDuration,
        IssuedCookieLifetime = settings.IssuedCookieLifetime,
        MaxCachedCookies = settings.MaxCachedCookies,
        MaxStatefulNegotiations = settings.MaxStatefulNegotiations,
        NegotiationTimeout = settings.NegotiationTimeout,
        MaxPendingSessions = settings.MaxPendingSessions,
        InactivityTimeout = settings.InactivityTimeout,
        SessionKeyRenewalInterval = settings.SessionKeyRenewalInterval,
        SessionKeyRolloverInterval = settings.SessionKeyRolloverInterval,
    };
}
