using SecureConversation.Binding;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>Applies <c>localClientSettings</c> and <c>localServiceSettings</c>: what is written, over what the factory set.</summary>
internal static class LocalSettingsBuilder
{
    public static SecurityBindingElement Apply(SecurityBindingElement element, ConfigNode node)
    {
        if (node.Child("localClientSettings") is { } client)
        {
            element = element with { LocalClientSettings = Client(element.LocalClientSettings, client) };
        }

        return node.Child("localServiceSettings") is { } service
            ? element with { LocalServiceSettings = Service(element.LocalServiceSettings, service) }
            : element;
    }

    private static LocalClientSecuritySettings Client(LocalClientSecuritySettings start, ConfigNode node) => new()
    {
        DetectReplays = node.Or("detectReplays", start.DetectReplays),
        ReplayCacheSize = node.Or("replayCacheSize", start.ReplayCacheSize),
        ReplayWindow = node.Or("replayWindow", start.ReplayWindow),
        MaxClockSkew = node.Or("maxClockSkew", start.MaxClockSkew),
        TimestampValidityDuration = node.Or("timestampValidityDuration", start.TimestampValidityDuration),
        CacheCookies = node.Or("cacheCookies", start.CacheCookies),
        MaxCookieCachingTime = node.Or("maxCookieCachingTime", start.MaxCookieCachingTime),
        CookieRenewalThresholdPercentage = node.Or("cookieRenewalThresholdPercentage", start.CookieRenewalThresholdPercentage),
        SessionKeyRenewalInterval = node.Or("sessionKeyRenewalInterval", start.SessionKeyRenewalInterval),
        SessionKeyRolloverInterval = node.Or("sessionKeyRolloverInterval", start.SessionKeyRolloverInterval),
    };

    private static LocalServiceSecuritySettings Service(LocalServiceSecuritySettings start, ConfigNode node) => new()
    {
        DetectReplays = node.Or("detectReplays", start.DetectReplays),
        ReplayCacheSize = node.Or("replayCacheSize", start.ReplayCacheSize),
        ReplayWindow = node.Or("replayWindow", start.ReplayWindow),
        MaxClockSkew = node.Or("maxClockSkew", start.MaxClockSkew),
        TimestampValidityDuration = node.Or("timestampValidityDuration", start.TimestampValidityDuration),
        IssuedCookieLifetime = node.Or("issuedCookieLifetime", start.IssuedCookieLifetime),
        MaxCachedCookies = node.Or("maxCachedCookies", start.MaxCachedCookies),
        MaxStatefulNegotiations = node.Or("maxStatefulNegotiations", start.MaxStatefulNegotiations),
        NegotiationTimeout = node.Or("negotiationTimeout", start.NegotiationTimeout),
        MaxPendingSessions = node.Or("maxPendingSessions", start.MaxPendingSessions),
        InactivityTimeout = node.Or("inactivityTimeout", start.InactivityTimeout),
        SessionKeyRenewalInterval = node.Or("sessionKeyRenewalInterval", start.SessionKeyRenewalInterval),
        SessionKeyRolloverInterval = node.Or("sessionKeyRolloverInterval", start.SessionKeyRolloverInterval),
    };
}
