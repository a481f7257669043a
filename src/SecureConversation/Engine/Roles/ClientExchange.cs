using SecureConversation.Credentials;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>Protects requests with credentials, outside a session or to open one, and prepares for their replies.</summary>
internal sealed class ClientExchange(BindingMessages messages, ClientCredentials credentials, EngineEnvironment environment, InMemoryReplayCache replays)
{
    public BindingMessages Messages { get; } = messages;

    public (SecuredMessage Message, ReplyReceiver Reply) Secure(SoapEnvelope plain, MessageRequirements requirements, MessageRequirements? reply = null)
    {
        SenderToken token = requirements.IsAsymmetric
            ? new SenderToken.Certificates(credentials.ClientCertificate!, credentials.ServiceCertificate!)
            : new SenderToken.WrappedKey(credentials.ServiceCertificate!);
        var extras = new SenderExtras { Endorsing = credentials.ClientCertificate, UserName = credentials.UserName };
        var securer = new MessageSecurer(requirements, environment.Clock, Messages.Element.LocalClientSettings.TimestampValidityDuration,
            environment.Random, environment.XmlLimits);
        var message = securer.Secure(plain, token, extras);
        var expectation = new ReplyExpectation
        {
            MessageId = plain.FindText(Messages.Soap.MessageId),
            Signatures = message.Signatures,
            Key = message.Key,
            EncryptedKeySha1 = message.EncryptedKeySha1,
            Own = credentials.ClientCertificate,
            Peer = requirements.IsAsymmetric ? credentials.ServiceCertificate : null,
        };
        return (message, new ReplyReceiver(Messages, environment, new ReplyKeySource(expectation), expectation, reply, replays));
    }
}
