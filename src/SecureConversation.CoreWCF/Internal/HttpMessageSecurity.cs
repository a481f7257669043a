using CoreWCF;
using CoreWCF.Channels;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>What the drop-in bindings have in common.</summary>
internal static class HttpMessageSecurity
{
    public static EngineBinding.MessageSecurityVersion VersionOfWSHttp =>
        EngineBinding.MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    public static EngineBinding.MessageSecurityVersion VersionOfWS2007Http =>
        EngineBinding.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    public static BindingElementCollection Insert(BindingElementCollection elements, WSHTTPSecurity security, EngineBinding.MessageSecurityVersion version)
    {
        if (security.Mode == SecurityMode.Message)
        {
            var settings = new EngineBinding.MessageSecurity
            {
                ClientCredentialType = Translation.ByName<EngineBinding.MessageCredentialType>(security.Message.ClientCredentialType),
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
