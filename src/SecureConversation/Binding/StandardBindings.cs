namespace SecureConversation.Binding;

/// <summary>What the standard bindings of WCF have in common.</summary>
internal static class StandardBindings
{
    // The context of a negotiation is needed for the handshake only.
    private static readonly TimeSpan CookieLifetimeOfBootstraps = TimeSpan.FromMinutes(15);

    /// <summary>Sets what all of them set, and puts the element into a session.</summary>
    public static SecurityBindingElement Finish(
        SecurityBindingElement oneShot, SecurityAlgorithmSuite suite, MessageSecurityVersion version, bool isSession)
    {
        oneShot = oneShot with { DefaultAlgorithmSuite = suite, MessageSecurityVersion = version };
        if (!isSession)
        {
            return oneShot;
        }

        var bootstrap = oneShot with
        {
            LocalServiceSettings = oneShot.LocalServiceSettings with { IssuedCookieLifetime = CookieLifetimeOfBootstraps },
        };
        return SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with
        {
            DefaultAlgorithmSuite = suite,
            MessageSecurityVersion = version,
        };
    }
}
