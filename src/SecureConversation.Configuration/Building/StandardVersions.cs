using SecureConversation.Binding;

namespace SecureConversation.Configuration.Building;

/// <summary>The versions of the standard bindings, which no attribute changes.</summary>
internal static class StandardVersions
{
    public static MessageSecurityVersion WSHttp =>
        MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    public static MessageSecurityVersion WS2007Http =>
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    public static MessageSecurityVersion NetTcp => MessageSecurityVersion.Default;

    /// <summary>The version of reliable messaging goes with that of WS-SecureConversation.</summary>
    public static string ReliableMessaging(MessageSecurityVersion version) =>
        version.TrustVersion == TrustVersion.Trust13 ? "WSReliableMessaging11" : "WSReliableMessagingFebruary2005";
}
