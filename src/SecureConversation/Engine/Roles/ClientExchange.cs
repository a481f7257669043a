using SecureConversation.Credentials;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Protects requests with the credentials of the client, outside sessions or to open one, and prepares the check of their replies.
/// </summary>
internal sealed class ClientExchange(
    BindingMessages messages, ClientCredentials credentials, EngineEnvironment environment, InMemoryReplayCache replays)
{
    public SecuredRequest Secure(SoapEnvelope plain, MessageRequirements requirements, MessageKind kind, string? action = null)
    {
        SenderToken token = requirements.IsAsymmetric
            ? new SenderToken.Certificates(credentials.ClientCertificate!, credentials.ServiceCertificate!)
            : new SenderToken.WrappedKey(credentials.ServiceCertificate!);
        var extras = new SenderExtras { Credentials = credentials };
        using var securing = environment.Telemetry.Secure(session: null);
        var securer = new MessageSecurer(requirements, environment.Clock, messages.Element.LocalClientSettings.TimestampValidityDuration,
            environment.Random, environment.XmlLimits);
        var message = environment.Sent(securer.Secure(plain, token, extras), securing);
        var expectation = new ReplyExpectation
        {
            MessageId = plain.FindText(messages.Soap.MessageId),
            Action = action,
            Signatures = message.Signatures,
            Key = message.Key,
            EncryptedKeySha1 = message.EncryptedKeySha1,
            Own = credentials.ClientCertificate,
            Peer = requirements.IsAsymmetric ? credentials.ServiceCertificate : null,
        };
        var receiver = new ReplyReceiver(messages, environment, new ReplyKeySource(expectation), expectation, kind, replays);
        return new SecuredRequest(message, receiver);
    }
}
