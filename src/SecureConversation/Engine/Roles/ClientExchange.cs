using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Protects requests with the credentials of the client, outside sessions or to open one, and prepares the check of their replies.
/// Immutable: with other credentials there is another one.
/// </summary>
internal sealed class ClientExchange(
    BindingMessages messages, ClientCredentials credentials, EngineEnvironment environment, InMemoryReplayCache replays)
{
    private readonly ServiceCertificateCheck _check = new(credentials, environment);

    /// <summary>Judges the certificate of the service and chooses one.</summary>
    /// <exception cref="SecureConversationException">None is trusted and the expected one.</exception>
    public ToService With(string? to) => new(this, _check.Require(to));

    /// <summary>The exchange with a service whose certificate was judged.</summary>
    public readonly record struct ToService(ClientExchange Exchange, IReadOnlyList<X509Certificate2> Certificates)
    {
        /// <inheritdoc cref="ClientExchange.Secure"/>
        public SecuredRequest Secure(SoapEnvelope plain, MessageRequirements requirements, MessageKind kind, string? action = null,
            SessionSendKeys? endorsing = null) => Exchange.Secure(this, plain, requirements, kind, action, endorsing);
    }

    /// <param name="service">The service.</param>
    /// <param name="plain">The envelope. It stays the caller's.</param>
    /// <param name="requirements">The requirements for it.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="action">Its action, where that decides on the reply.</param>
    /// <param name="endorsing">The keys of the context that endorses it; null where none does.</param>
    private SecuredRequest Secure(ToService service, SoapEnvelope plain, MessageRequirements requirements, MessageKind kind, string? action,
        SessionSendKeys? endorsing)
    {
        SenderToken token = requirements.IsAsymmetric
            ? new SenderToken.Certificates(credentials.ClientCertificate!, service.Certificates[0])
            : new SenderToken.WrappedKey(service.Certificates[0]);
        var extras = new SenderExtras { Credentials = credentials, Endorsing = endorsing };
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
            Peers = requirements.IsAsymmetric ? service.Certificates : [],
        };
        var receiver = new ReplyReceiver(messages, environment, new ReplyKeySource(expectation), expectation, kind, replays);
        return new SecuredRequest(message, receiver);
    }
}
