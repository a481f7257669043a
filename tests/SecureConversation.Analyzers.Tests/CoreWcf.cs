namespace SecureConversation.Analyzers.Tests;

/// <summary>Those names of CoreWCF, and of our adapter of it, that the analyzers look for.</summary>
internal static class CoreWcf
{
    public const string Stack = """
        namespace CoreWCF
        {
            public enum SecurityMode { None, Transport, Message, TransportWithMessageCredential }
            public class WSHttpBinding
            {
                public WSHttpBinding() { }
                public WSHttpBinding(SecurityMode securityMode) { }
            }
            public enum WSFederationHttpSecurityMode { None, Message, TransportWithMessageCredential }
            public class WSFederationHttpBinding
            {
                public WSFederationHttpBinding() { }
                public WSFederationHttpBinding(WSFederationHttpSecurityMode securityMode) { }
            }
            public class WS2007FederationHttpBinding : WSFederationHttpBinding
            {
                public WS2007FederationHttpBinding(WSFederationHttpSecurityMode securityMode) { }
            }
            public class NetTcpBinding { public NetTcpBinding(SecurityMode securityMode) { } }
            public class BasicHttpBinding { public BasicHttpBinding(Channels.BasicHttpSecurityMode securityMode) { } }
        }
        namespace CoreWCF.Channels
        {
            public enum BasicHttpSecurityMode { None, Transport, Message }
            public class BindingElement { }
            public class SecurityBindingElement : BindingElement
            {
                public static SecurityBindingElement CreateUserNameOverTransportBindingElement() => new();
                public static SecurityBindingElement CreateSecureConversationBindingElement(SecurityBindingElement bootstrap) => new();
            }
        }
        namespace SecureConversation.CoreWCF
        {
            public class WSHttpBinding : global::CoreWCF.WSHttpBinding
            {
                public WSHttpBinding() { }
                public WSHttpBinding(global::CoreWCF.SecurityMode securityMode) { }
            }
            public class MessageSecurityBindingElement : global::CoreWCF.Channels.BindingElement
            {
                public static MessageSecurityBindingElement CreateMutualCertificateBindingElement() => new();
                public static MessageSecurityBindingElement CreateSecureConversationBindingElement(
                    MessageSecurityBindingElement bootstrap) => new();
            }
        }
        """;
}
