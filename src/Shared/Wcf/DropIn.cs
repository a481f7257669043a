namespace SecureConversation.Shared;

/// <summary>What the bindings that switch message security on by a few properties have in common.</summary>
internal static class DropIn
{
    /// <summary>The versions of WCF's WSHttpBinding.</summary>
    public static EngineBinding.MessageSecurityVersion VersionOfWSHttp =>
        EngineBinding.MessageSecurityVersion
            .WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    /// <summary>The versions of WCF's WS2007HttpBinding.</summary>
    public static EngineBinding.MessageSecurityVersion VersionOfWS2007Http =>
        EngineBinding.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    /// <summary>Refuses in words what CoreWCF refuses without.</summary>
    /// <exception cref="PlatformNotSupportedException">The stack has no reliable sessions for this binding.</exception>
    public static bool Reliable(bool isEnabled)
    {
#if CORE_WCF
        if (isEnabled)
        {
            throw new PlatformNotSupportedException("Bindings of federation have no reliable sessions at CoreWCF: leave "
                + "reliableSessionEnabled at false, or use a CustomBinding with a ReliableSessionBindingElement.");
        }

#endif
        return isEnabled;
    }

    /// <summary>Whether the stack makes the reliable sessions: those at CoreWCF are made here.</summary>
    public static bool OfStack(bool isEnabled) =>
#if CORE_WCF
        false;
#else
        isEnabled;
#endif

    /// <exception cref="InvalidOperationException">Message security has no sessions, which reliable ones need.</exception>
    public static void RequireSession(MessageSecurityBindingElement security)
    {
        if (security.BootstrapSecurityBindingElement is null)
        {
            throw new InvalidOperationException("A reliable session needs a security session: leave EstablishSecurityContext at true, "
                + "or set ReliableSession.Enabled to false, on both sides.");
        }
    }

    /// <summary>Whether reliable messaging has its later version, which goes with that of secure conversation.</summary>
    public static bool IsLater(MessageSecurityBindingElement security) =>
        security.Settings.MessageSecurityVersion.SecureConversationVersion == EngineBinding.SecureConversationVersion.V13;

    /// <summary>
    /// Puts message security where WCF has it: above the encoder, and below what needs sessions, such as reliable messaging.
    /// </summary>
    /// <exception cref="InvalidOperationException">A neighbour or a setting is not offered; the message names it.</exception>
    public static MessageSecurityBindingElement Insert(
        BindingElementCollection elements, Func<EngineBinding.SecurityBindingElement> settings)
    {
        Neighbours.Require(elements);
        var security = new MessageSecurityBindingElement(settings());
#if !CORE_WCF
        if (elements.Find<ReliableSessionBindingElement>() is { } reliable)
        {
            RequireSession(security);
            reliable.ReliableMessagingVersion = IsLater(security)
                ? ReliableMessagingVersion.WSReliableMessaging11
                : ReliableMessagingVersion.WSReliableMessagingFebruary2005;
        }

#endif
        elements.Insert(elements.IndexOf(elements.Find<MessageEncodingBindingElement>()), security);
        return security;
    }

    /// <summary>The settings of WSHttpBinding and WS2007HttpBinding in the words of the engine.</summary>
    /// <exception cref="InvalidOperationException">A setting is not offered; the message names it.</exception>
    public static EngineBinding.SecurityBindingElement Settings(
        NonDualMessageSecurityOverHttp message, EngineBinding.MessageSecurityVersion version) => new EngineBinding.MessageSecurity
        {
            ClientCredentialType = Translation.ByName<EngineBinding.MessageCredentialType>(message.ClientCredentialType),
            NegotiateServiceCredential = message.NegotiateServiceCredential,
            EstablishSecurityContext = message.EstablishSecurityContext,
            AlgorithmSuite = Translation.ToEngine(message.AlgorithmSuite),
            MessageSecurityVersion = version,
        }.CreateSecurityBindingElement();

    /// <summary>The settings of NetTcpBinding in the words of the engine. It always negotiates.</summary>
    /// <exception cref="InvalidOperationException">A setting is not offered; the message names it.</exception>
    public static EngineBinding.SecurityBindingElement Settings(MessageSecurityOverTcp message) => new EngineBinding.MessageSecurity
    {
        ClientCredentialType = Translation.ByName<EngineBinding.MessageCredentialType>(message.ClientCredentialType),
        AlgorithmSuite = Translation.ToEngine(message.AlgorithmSuite),
        MessageSecurityVersion = EngineBinding.MessageSecurityVersion.Default,
    }.CreateSecurityBindingElement();

    /// <summary>The settings of BasicHttpBinding in the words of the engine.</summary>
    /// <exception cref="InvalidOperationException">The binding does not have the credential; the message names it.</exception>
    public static EngineBinding.SecurityBindingElement Settings(BasicHttpMessageSecurity message) =>
        new EngineBinding.BasicHttpMessageSecurity
        {
            ClientCredentialType = Translation.ByName<EngineBinding.MessageCredentialType>(message.ClientCredentialType),
            AlgorithmSuite = Translation.ToEngine(message.AlgorithmSuite),
        }.CreateSecurityBindingElement(isSecureTransportMode: false);

    /// <summary>The settings of WSFederationHttpBinding and WS2007FederationHttpBinding in the words of the engine.</summary>
    /// <exception cref="InvalidOperationException">Settings contradict each other; the message names them.</exception>
    public static EngineBinding.SecurityBindingElement Settings(
        WSFederationHttpSecurity security, EngineBinding.MessageSecurityVersion version) =>
        Translation.ToEngine(security.Message, version).CreateSecurityBindingElement(
            isSecureTransportMode: security.Mode == WSFederationHttpSecurityMode.TransportWithMessageCredential);
}
