using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Protects requests with the credentials of the client, outside sessions or to open one, and prepares the check of their replies.
/// Immutable: with other credentials there is another one.
/// </summary>
internal sealed class ClientExchange(
    BindingMessages messages, ClientCredentials credentials, EngineEnvironment environment, InMemoryReplayCache replays,
    IssuedTokens issued, NegotiatedTokens negotiated)
{
    private const int RsaKeyBits = 2048;

    private readonly ServiceCertificateCheck _check = new(credentials, environment);
    private readonly IssuedSecurityTokenParameters[] _issuedParameters = [.. IssuedTokens.Of(messages.Element)];

    // Only the service that the token is for can decrypt its key: the client needs no certificate to know it. And one that negotiated a
    // context has shown its certificate there.
    private readonly bool _isKnownByToken = ProtectionToken(messages.Element) is not null || messages.Element.NegotiatedToken is not null;

    /// <summary>The issued tokens of the client.</summary>
    public IssuedTokens Issued { get; } = issued;

    /// <summary>The contexts that the client has negotiated.</summary>
    public NegotiatedTokens Negotiated { get; } = negotiated;

    public BindingMessages Messages => messages;

    public ClientCredentials Credentials => credentials;

    /// <summary>Judges the certificate that a service showed in a negotiation.</summary>
    /// <exception cref="SecureConversationException">It is not trusted, or not that of the expected service.</exception>
    public ValueTask RequireServiceAsync(X509Certificate2 certificate, Uri to, CancellationToken cancellationToken) =>
        _check.RequireNegotiatedAsync(certificate, to.AbsoluteUri, cancellationToken);

    // As long as the client has these credentials: a session is renewed by the key that opened it.
    private readonly Lazy<RSA> _rsaKey = new(() => credentials.RsaKey ?? RSA.Create(RsaKeyBits));

    /// <summary>
    /// Judges the certificate of the service and chooses one. Where the transport protects messages, it has judged the service.
    /// </summary>
    /// <exception cref="SecureConversationException">None is trusted and the expected one.</exception>
    public ToService With(string? to) => new(
        this, _isKnownByToken || messages.IsProtectedByTransport ? null : _check.Require(to), to);

    /// <summary>The exchange with a service whose certificate was judged.</summary>
    /// <param name="Exchange">The exchange.</param>
    /// <param name="Service">The certificates of the service; null where an issued token or the transport protects.</param>
    /// <param name="To">The address of the service.</param>
    public readonly record struct ToService(ClientExchange Exchange, TrustedService? Service, string? To)
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
        var tokens = _issuedParameters.Length == 0
            ? null
            : new MessageIssuedTokens(_issuedParameters, parameters => Issued.Share(parameters, service.To));
        try
        {
            return SecureWith(tokens, service, plain, requirements, kind, action, endorsing);
        }
        catch
        {
            tokens?.Dispose();
            throw;
        }
    }

    private SecuredRequest SecureWith(MessageIssuedTokens? tokens, ToService service, SoapEnvelope plain, MessageRequirements requirements,
        MessageKind kind, string? action, SessionSendKeys? endorsing)
    {
        var protection = ProtectionToken(messages.Element) is { } parameters ? tokens!.Of(parameters) : null;
        var context = messages.Element.NegotiatedToken is null ? null : Negotiated.Share(service.To);
        try
        {
            return SecureWith(tokens, protection, context, service, plain, requirements, kind, action, endorsing);
        }
        catch
        {
            context?.Dispose();
            throw;
        }
    }

    private SecuredRequest SecureWith(MessageIssuedTokens? tokens, IssuedSecurityToken? protection, NegotiatedToken? context,
        ToService service, SoapEnvelope plain, MessageRequirements requirements, MessageKind kind, string? action,
        SessionSendKeys? endorsing)
    {
        SenderToken token = protection is not null ? new SenderToken.Issued(protection)
            : context is not null ? new SenderToken.Context(context.Key.SendKeys)
            : requirements.IsProtectedByTransport ? new SenderToken.Transport()
            : requirements.IsAsymmetric ? new SenderToken.Certificates(credentials.ClientCertificate!, service.Service!.Encryption)
            : requirements.PrimaryUserName is not null ? new SenderToken.UserName(credentials)
            : new SenderToken.WrappedKey(service.Service!.Encryption);
        var extras = new SenderExtras { Credentials = credentials, Issued = tokens, Endorsing = endorsing, RsaKey = _rsaKey };
        requirements = WithoutMissing(requirements);
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
            UserNameToken = message.UserNameToken,
            Issued = protection,
            IssuedTokens = tokens,
            Own = credentials.ClientCertificate,
            OwnForEncryption = credentials.ClientEncryptionCertificate,
            Peers = requirements.IsAsymmetric ? service.Service!.Signing : [],
        };
        KeySource keys = context is null
            ? new ReplyKeySource(expectation) { Use = new KeyUse() }
            : new ContextKeySource(context.Key.Context, context.Key.SendKeys) { IsOfSession = false };
        var receiver = new ReplyReceiver(messages, environment, keys, expectation, kind, replays, context is null ? null : context.Dispose)
        {
            ContextLost = context is null ? null : () => Negotiated.GiveUp(service.To, context.Key.Context.Identifier),
        };
        return new SecuredRequest(message, receiver);
    }

    /// <summary>The same without the optional tokens for which the client has no credential.</summary>
    private MessageRequirements WithoutMissing(MessageRequirements requirements) => requirements.Supporting.Any(IsMissing)
        ? requirements with { Supporting = [.. requirements.Supporting.Where(token => !IsMissing(token))] }
        : requirements;

    private bool IsMissing(SupportingToken token) => token.IsOptional && token.Kind.Missing(token.Parameters, credentials) is not null;

    private static IssuedSecurityTokenParameters? ProtectionToken(SecurityBindingElement element) =>
        (element as SymmetricSecurityBindingElement)?.ProtectionTokenParameters as IssuedSecurityTokenParameters;
}
