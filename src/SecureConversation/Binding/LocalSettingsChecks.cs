namespace SecureConversation.Binding;

/// <summary>Checks of the local settings. Each problem yields one sentence, as in <see cref="BindingChecks"/>.</summary>
internal static class LocalSettingsChecks
{
    public static IEnumerable<string> Client(SecurityBindingElement element)
    {
        var settings = element.LocalClientSettings;
        const string Name = nameof(SecurityBindingElement.LocalClientSettings);
        foreach (var problem in Freshness(Name, settings.DetectReplays, settings.ReplayCacheSize, settings.MaxClockSkew)
            .Concat(Positive(
                Name,
                (nameof(settings.ReplayWindow), settings.ReplayWindow),
                (nameof(settings.TimestampValidityDuration), settings.TimestampValidityDuration),
                (nameof(settings.SessionKeyRenewalInterval), settings.SessionKeyRenewalInterval))))
        {
            yield return problem;
        }

        if (settings.SessionKeyRolloverInterval < TimeSpan.Zero)
        {
            yield return $"{Name}.{nameof(settings.SessionKeyRolloverInterval)} must not be negative.";
        }

        if (settings.CookieRenewalThresholdPercentage is < 1 or > 100)
        {
            yield return $"{Name}.{nameof(settings.CookieRenewalThresholdPercentage)} must be 1 to 100.";
        }

        if (settings.MaxCookieCachingTime <= TimeSpan.Zero)
        {
            yield return $"{Name}.{nameof(settings.MaxCookieCachingTime)} must be greater than zero.";
        }
    }

    public static IEnumerable<string> Service(SecurityBindingElement element)
    {
        var settings = element.LocalServiceSettings;
        const string Name = nameof(SecurityBindingElement.LocalServiceSettings);
        foreach (var problem in Freshness(Name, settings.DetectReplays, settings.ReplayCacheSize, settings.MaxClockSkew)
            .Concat(Positive(
                Name,
                (nameof(settings.ReplayWindow), settings.ReplayWindow),
                (nameof(settings.TimestampValidityDuration), settings.TimestampValidityDuration),
                (nameof(settings.IssuedCookieLifetime), settings.IssuedCookieLifetime),
                (nameof(settings.NegotiationTimeout), settings.NegotiationTimeout),
                (nameof(settings.InactivityTimeout), settings.InactivityTimeout),
                (nameof(settings.SessionKeyRenewalInterval), settings.SessionKeyRenewalInterval))))
        {
            yield return problem;
        }

        if (settings.MaxCachedCookies < 0)
        {
            yield return $"{Name}.{nameof(settings.MaxCachedCookies)} must not be negative.";
        }

        if (settings.MaxCachedCookies == 0 && element.NegotiatedToken is { } token && NegotiatedTokens.KeepsContext(token))
        {
            yield return $"{Name}.{nameof(settings.MaxCachedCookies)} is the number of negotiated contexts that the service keeps: it must "
                + "be greater than zero, or set RequireCancellation of the token to false.";
        }

        if (settings.SessionKeyRolloverInterval < TimeSpan.Zero)
        {
            yield return $"{Name}.{nameof(settings.SessionKeyRolloverInterval)} must not be negative.";
        }

        foreach (var (setting, count) in new[]
        {
            (nameof(settings.MaxPendingSessions), settings.MaxPendingSessions),
            (nameof(settings.MaxStatefulNegotiations), settings.MaxStatefulNegotiations),
        })
        {
            if (count <= 0)
            {
                yield return $"{Name}.{setting} must be greater than zero.";
            }
        }
    }

    /// <summary>
    /// Replay detection needs timestamps: without one, an entry of the replay cache could never be dropped. Client and service each
    /// check only their own settings, because the settings of the other side have no effect on them.
    /// </summary>
    /// <exception cref="ArgumentException">The settings detect replays, and the binding has no timestamps.</exception>
    public static void RequireTimestamps(MessageSecurityBinding binding, string name, Func<SecurityBindingElement, bool> detectsReplays)
    {
        foreach (var element in new[] { binding.Element, binding.Bootstrap })
        {
            if (element is { IncludeTimestamp: false } && detectsReplays(element))
            {
                throw new ArgumentException(
                    $"{name}.DetectReplays needs timestamps: set IncludeTimestamp to true, or DetectReplays to false.", nameof(binding));
            }
        }
    }

    private static IEnumerable<string> Freshness(string name, bool detectReplays, int cacheSize, TimeSpan skew)
    {
        if (detectReplays && cacheSize <= 0)
        {
            yield return $"{name}.ReplayCacheSize must be greater than zero, or set DetectReplays to false.";
        }

        if (skew < TimeSpan.Zero)
        {
            yield return $"{name}.MaxClockSkew must not be negative.";
        }
    }

    private static IEnumerable<string> Positive(string name, params (string Setting, TimeSpan Value)[] settings) =>
        settings.Where(s => s.Value <= TimeSpan.Zero).Select(s => $"{name}.{s.Setting} must be greater than zero.");
}
