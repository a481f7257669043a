using System.ServiceModel;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests.Support;

/// <summary>Every bootstrap, made twice: by the factories of the adapter for the client, by those of the engine for the service.</summary>
internal static class Bootstraps
{
    private static readonly Dictionary<string, (Func<MessageSecurityBindingElement> Client, EngineBinding.SecurityBindingElement Service)> All = new()
    {
        ["MutualCertificate"] = (MessageSecurityBindingElement.CreateMutualCertificateBindingElement,
            EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement()),
        ["MutualCertificate10"] = (
            () => MessageSecurityBindingElement.CreateMutualCertificateBindingElement(
                MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10),
            EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(
                EngineBinding.MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10)),
        ["MutualCertificate13"] = (
            () => MessageSecurityBindingElement.CreateMutualCertificateBindingElement(
                MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10),
            EngineBinding.SecurityBindingElement.CreateMutualCertificateBindingElement(
                EngineBinding.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10)),
        ["MutualCertificateDuplex"] = (
            () =>
            {
                var element = MessageSecurityBindingElement.CreateMutualCertificateDuplexBindingElement();
                element.AllowSerializedSigningTokenOnReply = true;
                return element;
            },
            EngineBinding.SecurityBindingElement.CreateMutualCertificateDuplexBindingElement()),
        ["Anonymous"] = (MessageSecurityBindingElement.CreateAnonymousForCertificateBindingElement,
            EngineBinding.SecurityBindingElement.CreateAnonymousForCertificateBindingElement()),
        ["UserName"] = (MessageSecurityBindingElement.CreateUserNameForCertificateBindingElement,
            EngineBinding.SecurityBindingElement.CreateUserNameForCertificateBindingElement()),
    };

    public static IEnumerable<string> Names => All.Keys;

    public static MessageSecurityBindingElement Client(string name, bool session)
    {
        var element = All[name].Client();
        if (!session)
        {
            return element;
        }

        var conversation = MessageSecurityBindingElement.CreateSecureConversationBindingElement(element);
        conversation.MessageSecurityVersion = element.MessageSecurityVersion;
        return conversation;
    }

    public static EngineBinding.SecurityBindingElement Service(string name, bool session)
    {
        var element = All[name].Service;
        return session
            ? EngineBinding.SecurityBindingElement.CreateSecureConversationBindingElement(element) with { MessageSecurityVersion = element.MessageSecurityVersion }
            : element;
    }
}
