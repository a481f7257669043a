namespace SecureConversation.Binding;

/// <summary>
/// Settings of WCF that have no effect in this library yet. They exist so that code that names them compiles. The default of WCF is
/// accepted; other values are refused, because the caller would expect an effect.
/// </summary>
internal static class SettingsWithoutEffect
{
    /// <summary>The IssuedCookieLifetime that the standard bindings of WCF set on the bootstrap of a session.</summary>
    private static readonly TimeSpan CookieLifetimeOfBootstraps = TimeSpan.FromMinutes(15);

    private const string NoCookies = "a client keeps a token with a cookie as long as its session, and the binding negotiates none";

    /// <summary>Finds the problems of one element. Each problem yields one sentence, as in <see cref="BindingChecks"/>.</summary>
    /// <param name="element">The element.</param>
    /// <param name="isBootstrap">Whether the element protects the handshake of a session.</param>
    public static IEnumerable<string> Of(SecurityBindingElement element, bool isBootstrap) =>
        [.. Tokens(element), .. Client(element), .. Service(element.LocalServiceSettings, element, isBootstrap)];

    private static IEnumerable<string> Tokens(SecurityBindingElement element)
    {
        foreach (var (name, token) in Named(element))
        {
            // WS-SecurityPolicy 1.2 section 5.1: internal references are for tokens in the message, external ones for all others.
            if (token?.ReferenceStyle == SecurityTokenReferenceStyle.External)
            {
                yield return $"ReferenceStyle External of {name} is not offered: "
                    + "a token that travels in the message is referred to by its Id. Leave it at Internal.";
            }

            if (token is not SecureConversationSecurityTokenParameters session)
            {
                continue;
            }

            if (session.BootstrapProtectionRequirements is { } protection && protection != ChannelProtectionRequirements.Default)
            {
                yield return Leave($"BootstrapProtectionRequirements of {name}", "a handshake is always signed and encrypted", "null");
            }
        }
    }

    private static IEnumerable<string> Client(SecurityBindingElement element)
    {
        const string Name = nameof(SecurityBindingElement.LocalClientSettings);
        if (element.NegotiatedToken is not null)
        {
            yield break;
        }

        var (settings, defaults) = (element.LocalClientSettings, new LocalClientSecuritySettings());
        if (settings.CacheCookies != defaults.CacheCookies)
        {
            yield return Leave($"{Name}.{nameof(settings.CacheCookies)}", NoCookies, "true");
        }

        if (settings.MaxCookieCachingTime != defaults.MaxCookieCachingTime)
        {
            yield return Leave($"{Name}.{nameof(settings.MaxCookieCachingTime)}", NoCookies, "TimeSpan.MaxValue");
        }

        if (settings.CookieRenewalThresholdPercentage != defaults.CookieRenewalThresholdPercentage)
        {
            yield return Leave(
                $"{Name}.{nameof(settings.CookieRenewalThresholdPercentage)}", NoCookies, $"{defaults.CookieRenewalThresholdPercentage}");
        }
    }

    private static IEnumerable<string> Service(LocalServiceSecuritySettings settings, SecurityBindingElement element, bool isBootstrap)
    {
        const string Name = nameof(SecurityBindingElement.LocalServiceSettings);
        var defaults = new LocalServiceSecuritySettings();
        if (settings.MaxCachedCookies != defaults.MaxCachedCookies && !KeepsContexts(element))
        {
            yield return $"{Name}.{nameof(settings.MaxCachedCookies)} has an effect on a secure conversation element with "
                + $"RequireCancellation = false, and on one that negotiates, only: leave it at {defaults.MaxCachedCookies} here.";
        }

        if (settings.IssuedCookieLifetime != defaults.IssuedCookieLifetime
            && !(isBootstrap && settings.IssuedCookieLifetime == CookieLifetimeOfBootstraps)
            && !KeepsContexts(element))
        {
            yield return $"{Name}.{nameof(settings.IssuedCookieLifetime)} has an effect on a secure conversation element with "
                + $"RequireCancellation = false, and on one that negotiates, only: leave it at {defaults.IssuedCookieLifetime} here; "
                + "SessionKeyRenewalInterval is the lifetime of a session that is cancelled.";
        }
    }

    private static bool KeepsContexts(SecurityBindingElement element) =>
        element.SessionToken is { RequireCancellation: false } || element.NegotiatedToken is not null;

    private static IEnumerable<(string Name, SecurityTokenParameters? Token)> Named(SecurityBindingElement element)
    {
        var supporting = element.GetSupportingTokenParameters()
            .Select(t => (nameof(element.EndpointSupportingTokenParameters), (SecurityTokenParameters?)t));
        return element switch
        {
            SymmetricSecurityBindingElement symmetric => supporting
                .Prepend((nameof(symmetric.ProtectionTokenParameters), symmetric.ProtectionTokenParameters)),
            AsymmetricSecurityBindingElement asymmetric => supporting
                .Prepend((nameof(asymmetric.RecipientTokenParameters), asymmetric.RecipientTokenParameters))
                .Prepend((nameof(asymmetric.InitiatorTokenParameters), asymmetric.InitiatorTokenParameters)),
            _ => supporting,
        };
    }

    private static string Leave(string setting, string reason, string value) =>
        $"{setting} has no effect yet, since {reason}: leave it at its default, {value}.";
}
