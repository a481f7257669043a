namespace SecureConversation.ServiceModel;

/// <summary>
/// The versions of message security in WCF that the public surface of its client for .NET lacks. With this namespace imported they are
/// found where they were, as static properties of <see cref="MessageSecurityVersion"/>.
/// </summary>
public static class MessageSecurityVersions
{
    extension(MessageSecurityVersion)
    {
        /// <summary>The default of WCF: WS-Security 1.1 with the versions of February 2005.</summary>
        public static MessageSecurityVersion Default =>
            MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11;

        /// <summary>WS-Security 1.0 with the OASIS versions and the attributes of the Basic Security Profile.</summary>
        public static MessageSecurityVersion WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10 =>
            Translation.FromEngine(EngineBinding.MessageSecurityVersion
                .WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10);

        /// <summary>WS-Security 1.1 with the OASIS versions.</summary>
        public static MessageSecurityVersion WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12 =>
            Translation.FromEngine(EngineBinding.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12);
    }
}
