namespace SecureConversation.Shared;

/// <summary>
/// The settings of message credentials over a protected transport: each one reaches the element of the stack, or is one that the stack
/// lacks. Local settings of the other side have no effect, as in WCF.
/// </summary>
internal static class OverTransportSettings
{
    /// <returns>Whether the stack has all of them.</returns>
    public static bool TryApply(EngineBinding.TransportSecurityBindingElement settings, SecurityBindingElement to)
    {
        var defaults = new EngineBinding.TransportSecurityBindingElement();
        // The stack lists no prefixes of values, so signPrefixesInValues="false" is what it does. It reads all headers as Strict.
        if (settings.MessageProtectionProfile != defaults.MessageProtectionProfile
            || settings.EnableUnsecuredResponse != defaults.EnableUnsecuredResponse
            || settings.ProtectTokens != defaults.ProtectTokens
            || settings.SecurityHeaderLayout != EngineBinding.SecurityHeaderLayout.Strict
            || !HasStack(settings.EndpointSupportingTokenParameters.All.Single(), settings.MessageSecurityVersion))
        {
            return false;
        }

        to.MessageSecurityVersion = Translation.FromEngine(settings.MessageSecurityVersion);
        to.DefaultAlgorithmSuite = Translation.FromEngine(settings.DefaultAlgorithmSuite);
        to.IncludeTimestamp = settings.IncludeTimestamp;
        to.KeyEntropyMode = Translation.ByName<SecurityKeyEntropyMode>(settings.KeyEntropyMode);
#if CORE_WCF
        to.AllowInsecureTransport = settings.AllowInsecureTransport;
        Apply(Translation.FromEngine(settings.LocalServiceSettings), to.LocalServiceSettings);
        return true;
#else
        return settings.AllowInsecureTransport == defaults.AllowInsecureTransport
            && TryApply(settings.LocalClientSettings, to.LocalClientSettings);
#endif
    }

    // The factories of the stack make the same one token, which derives no keys: its channels cannot.
    private static bool HasStack(EngineBinding.SecurityTokenParameters token, EngineBinding.MessageSecurityVersion version)
    {
        var usual = version.SecurityVersion == EngineBinding.SecurityVersion.WSSecurity10
            ? EngineBinding.X509ReferenceStyle.Any : EngineBinding.X509ReferenceStyle.Thumbprint;
        return token.ReferenceStyle == EngineBinding.SecurityTokenReferenceStyle.Internal
            && token.InclusionMode == EngineBinding.SecurityTokenInclusionMode.AlwaysToRecipient
            && token switch
            {
                EngineBinding.X509SecurityTokenParameters certificate =>
                    !token.RequireDerivedKeys && certificate.X509ReferenceStyle == usual,
                EngineBinding.SecureConversationSecurityTokenParameters session => !token.RequireDerivedKeys && session.CanRenewSession,
                _ => true,
            };
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
    private static bool TryApply(EngineBinding.LocalClientSecuritySettings settings, LocalClientSecuritySettings to)
    {
        to.DetectReplays = settings.DetectReplays;
        to.ReplayWindow = settings.ReplayWindow;
        to.MaxClockSkew = settings.MaxClockSkew;
        to.TimestampValidityDuration = settings.TimestampValidityDuration;
        var defaults = new EngineBinding.LocalClientSecuritySettings();
        return settings.ReplayCacheSize == defaults.ReplayCacheSize
            && settings.CacheCookies == defaults.CacheCookies
            && settings.MaxCookieCachingTime == defaults.MaxCookieCachingTime
            && settings.CookieRenewalThresholdPercentage == defaults.CookieRenewalThresholdPercentage
            && settings.SessionKeyRenewalInterval == defaults.SessionKeyRenewalInterval
            && settings.SessionKeyRolloverInterval == defaults.SessionKeyRolloverInterval;
    }
#endif
}
