using System.ServiceModel;
using System.ServiceModel.Channels;
using Microsoft.Extensions.Logging;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>What both drop-in bindings add to their bases.</summary>
internal static class DropIn
{
    public static BindingElementCollection AddMessageSecurity(BindingElementCollection elements, WSHttpSecurity security, ILoggerFactory? log, EngineBinding.MessageSecurityVersion version)
    {
        if (security.Mode == SecurityMode.Message)
        {
            // Where the base would have it: above the encoder, below what rides on sessions.
            elements.Insert(elements.IndexOf(elements.Find<MessageEncodingBindingElement>()), Create(security.Message, log, version));
        }

        return elements;
    }

    private static MessageSecurityBindingElement Create(NonDualMessageSecurityOverHttp message, ILoggerFactory? log, EngineBinding.MessageSecurityVersion version)
    {
        var security = new EngineBinding.MessageSecurity
        {
            ClientCredentialType = Enum.Parse<EngineBinding.MessageCredentialType>(message.ClientCredentialType.ToString()),
            NegotiateServiceCredential = message.NegotiateServiceCredential,
            EstablishSecurityContext = message.EstablishSecurityContext,
            AlgorithmSuite = Translate.ToEngine(message.AlgorithmSuite),
            MessageSecurityVersion = version,
        };
        return new MessageSecurityBindingElement(security.CreateSecurityBindingElement()) { LoggerFactory = log };
    }
}
