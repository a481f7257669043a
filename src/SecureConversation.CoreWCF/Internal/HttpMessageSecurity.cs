using CoreWCF;
using CoreWCF.Channels;
using Engine = SecureConversation.Binding;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>What the drop-in bindings have in common.</summary>
internal static class HttpMessageSecurity
{
    public static Engine.MessageSecurityVersion VersionOfWSHttp =>
        Engine.MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    public static Engine.MessageSecurityVersion VersionOfWS2007Http =>
        Engine.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    public static BindingElementCollection Insert(BindingElementCollection elements, WSHTTPSecurity security, Engine.MessageSecurityVersion version)
    {
        if (security.Mode == SecurityMode.Message)
        {
            var settings = new Engine.MessageSecurity
            {
                ClientCredentialType = Translation.ByName<Engine.MessageCredentialType>(security.Message.ClientCredentialType),
                NegotiateServiceCredential = security.Message.NegotiateServiceCredential,
                EstablishSecurityContext = security.Message.EstablishSecurityContext,
                AlgorithmSuite = Translation.ToEngine(security.Message.AlgorithmSuite),
                MessageSecurityVersion = version,
            };
            elements.Insert(0, new MessageSecurityBindingElement(settings.CreateSecurityBindingElement()));
        }

        return elements;
    }
}
