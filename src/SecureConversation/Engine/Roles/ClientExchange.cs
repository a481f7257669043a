using SecureConversation.Credentials;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Protects requests with the credentials of the client, outside sessions or to open one, and prepares the check of their replies.
/// </summary>
internal sealed class ClientExchange(
    BindingMessages messages, ClientCredentials credentials, EngineEnvironment environment, InMemoryReplayCache replays)
{
    /// <param name="plain">The envelope. It stays the caller's.</param>
    /// <param name="requirements">The requirements for it.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="action">Its action, where that decides on the reply.</param>
    /// <param name="endorsing">The keys of the context that endorses it; null where none does.</param>
    public SecuredRequest Secure(SoapEnvelope plain, MessageRequirements requirements, MessageKind kind, string? action = null,
        SessionSendKeys? endorsing = null)
    {
        SenderToken token = requirements.IsAsymmetric
            ? new SenderToken.Certificates(credentials.ClientCertificate!, credentials.ServiceCertificate!)
            : new SenderToken.WrappedKey(credentials.ServiceCertificate!);
        var extras = new SenderExtras { Credentials = credentials, Endorsing = endorsing };
        environment.Messages?.Plain(plain, action, session: null, relatesTo: null, remote: null);
        using var securing = environment.Telemetry.Secure(session: null);
        var securer = new MessageSecurer(requirements, environment.Clock, messages.Element.LocalClientSettings.TimestampValidityDuration,
            environment.Random, environment.XmlLimits);
        var message = environment.Sent(securer.Secure(plain, token, extras), securing);
        environment.Messages?.Sent(plain, message, action, session: null, relatesTo: null, remote: null);
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
