#if CORE_WCF
using CoreWCF.Security.Tokens;
#else
using System.ServiceModel.Security.Tokens;
#endif
using System.Globalization;
using SecureConversation.Configuration;

namespace SecureConversation.Shared;

/// <summary>
/// The settings of message credentials over a protected transport: each one reaches the element of the stack, or is refused by its name.
/// Local settings of the other side have no effect, as in WCF.
/// </summary>
internal static class OverTransportSettings
{
    public static void Apply(ConfiguredBinding from, EngineBinding.TransportSecurityBindingElement settings, SecurityBindingElement to)
    {
        var defaults = new EngineBinding.TransportSecurityBindingElement();
        // The stack lists no prefixes of values, so signPrefixesInValues="false" is what it does.
        Require(from, "messageProtectionProfile", settings.MessageProtectionProfile, defaults.MessageProtectionProfile);
        Require(from, "enableUnsecuredResponse", settings.EnableUnsecuredResponse, defaults.EnableUnsecuredResponse);
        Require(from, "protectTokens", settings.ProtectTokens, defaults.ProtectTokens);
        to.MessageSecurityVersion = Translation.FromEngine(settings.MessageSecurityVersion);
        to.DefaultAlgorithmSuite = Translation.FromEngine(settings.DefaultAlgorithmSuite);
        to.SecurityHeaderLayout = Translation.ByName<SecurityHeaderLayout>(settings.SecurityHeaderLayout);
        to.IncludeTimestamp = settings.IncludeTimestamp;
        to.KeyEntropyMode = Translation.ByName<SecurityKeyEntropyMode>(settings.KeyEntropyMode);
#if CORE_WCF
        to.AllowInsecureTransport = settings.AllowInsecureTransport;
        Apply(Translation.FromEngine(settings.LocalServiceSettings), to.LocalServiceSettings);
#else
        Require(from, "allowInsecureTransport", settings.AllowInsecureTransport, defaults.AllowInsecureTransport);
        Apply(from, settings.LocalClientSettings, to.LocalClientSettings);
#endif
        Apply(from, settings.EndpointSupportingTokenParameters, to.EndpointSupportingTokenParameters, settings.MessageSecurityVersion);
    }

    private static void Apply(ConfiguredBinding from, EngineBinding.SupportingTokenParameters settings, SupportingTokenParameters to,
        EngineBinding.MessageSecurityVersion version)
    {
        // The factories of the stack make the same one token.
        var token = settings.All.Single();
        var made = to.Endorsing.Concat(to.SignedEncrypted).Single();
        made.RequireDerivedKeys = token.RequireDerivedKeys;
        Require(from, "referenceStyle", token.ReferenceStyle, EngineBinding.SecurityTokenReferenceStyle.Internal);
        if (token is EngineBinding.X509SecurityTokenParameters certificate)
        {
            var usual = version.SecurityVersion == EngineBinding.SecurityVersion.WSSecurity10
                ? EngineBinding.X509ReferenceStyle.Any : EngineBinding.X509ReferenceStyle.Thumbprint;
            Require(from, "x509ReferenceStyle", certificate.X509ReferenceStyle, usual);
        }

        var session = token as EngineBinding.SecureConversationSecurityTokenParameters;
#if CORE_WCF
        made.InclusionMode = Translation.ByName<SecurityTokenInclusionMode>(token.InclusionMode);
        if (session is not null)
        {
            ((SecureConversationSecurityTokenParameters)made).CanRenewSession = session.CanRenewSession;
        }
#else
        Require(from, "inclusionMode", token.InclusionMode, EngineBinding.SecurityTokenInclusionMode.AlwaysToRecipient);
        Require(from, "canRenewSecurityContextToken", session?.CanRenewSession ?? true, true);
#endif
    }

#if CORE_WCF
    private static void Apply(LocalServiceSecuritySettings from, LocalServiceSecuritySettings to)
    {
        to.DetectReplays = from.DetectReplays;
        to.ReplayCacheSize = from.ReplayCacheSize;
        to.ReplayWindow = from.ReplayWindow;
        to.MaxClockSkew = from.MaxClockSkew;
        to.TimestampValidityDuration = from.TimestampValidityDuration;
        to.IssuedCookieLifetime = from.IssuedCookieLifetime;
        to.MaxCachedCookies = from.MaxCachedCookies;
        to.MaxStatefulNegotiations = from.MaxStatefulNegotiations;
        to.NegotiationTimeout = from.NegotiationTimeout;
        to.MaxPendingSessions = from.MaxPendingSessions;
        to.InactivityTimeout = from.InactivityTimeout;
        to.SessionKeyRenewalInterval = from.SessionKeyRenewalInterval;
        to.SessionKeyRolloverInterval = from.SessionKeyRolloverInterval;
    }
#else
    private static void Apply(
        ConfiguredBinding from, EngineBinding.LocalClientSecuritySettings settings, LocalClientSecuritySettings to)
    {
        to.DetectReplays = settings.DetectReplays;
        to.ReplayWindow = settings.ReplayWindow;
        to.MaxClockSkew = settings.MaxClockSkew;
        to.TimestampValidityDuration = settings.TimestampValidityDuration;
        var defaults = new EngineBinding.LocalClientSecuritySettings();
        Require(from, "replayCacheSize", settings.ReplayCacheSize, defaults.ReplayCacheSize);
        Require(from, "cacheCookies", settings.CacheCookies, defaults.CacheCookies);
        Require(from, "maxCookieCachingTime", settings.MaxCookieCachingTime, defaults.MaxCookieCachingTime);
        Require(from, "cookieRenewalThresholdPercentage", settings.CookieRenewalThresholdPercentage,
            defaults.CookieRenewalThresholdPercentage);
        Require(from, "sessionKeyRenewalInterval", settings.SessionKeyRenewalInterval, defaults.SessionKeyRenewalInterval);
        Require(from, "sessionKeyRolloverInterval", settings.SessionKeyRolloverInterval, defaults.SessionKeyRolloverInterval);
    }
#endif

    private static void Require<T>(ConfiguredBinding from, string setting, T found, T expected)
    {
        if (!EqualityComparer<T>.Default.Equals(found, expected))
        {
            throw ConfiguredRefusal.Of(from, setting, Text(found),
                $"Message credentials over a protected transport are those of {ConfiguredRefusal.Stack}, which cannot take this setting.",
                $"Take it out, or write its default: {Text(expected)}.");
        }
    }

    // As files write it.
    private static string Text<T>(T value) => value is bool flag
        ? flag ? "true" : "false"
        : string.Create(CultureInfo.InvariantCulture, $"{value}");
}
