using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>
/// The client side of message security, without I/O: plain envelopes go in, bytes to send come out, and the reply is
/// verified by the object that made its request. Safe for concurrent use.
/// </summary>
public sealed class MessageSecurityClient
{
    private readonly ClientExchange _exchange;
    private readonly ServiceCertificateCheck _serviceCertificate;

    /// <summary>Creates the client side of an endpoint.</summary>
    /// <param name="binding">What messages look like.</param>
    /// <param name="credentials">Who the client is and which service it expects.</param>
    /// <param name="options">Everything else; null for the defaults.</param>
    /// <exception cref="ArgumentException">The credentials lack something that the binding needs, or replays are to be detected without timestamps.</exception>
    public MessageSecurityClient(MessageSecurityBinding binding, ClientCredentials credentials, MessageSecurityClientOptions? options = null)
        : this(binding, credentials, options ?? new MessageSecurityClientOptions(), environment: null)
    {
    }

    internal MessageSecurityClient(MessageSecurityBinding binding, ClientCredentials credentials, MessageSecurityClientOptions options, EngineEnvironment? environment)
    {
        ArgumentNullException.ThrowIfNull(binding);
        ArgumentNullException.ThrowIfNull(credentials);
        LocalSettingsChecks.RequireTimestamps(binding, nameof(SecurityBindingElement.LocalClientSettings), element => element.LocalClientSettings.DetectReplays);
        CredentialChecks.Require(binding, credentials);
        Binding = binding;
        Credentials = credentials;
        Environment = environment ?? new EngineEnvironment
        {
            Clock = options.TimeProvider,
            XmlLimits = new XmlLimits { MaxBytes = options.MaxEnvelopeBytes },
            HandOutUnsignedHeaders = options.HandOutUnsignedHeaders,
            Log = options.LoggerFactory?.CreateLogger("SecureConversation.Client") ?? (ILogger)NullLogger.Instance,
        };
        Messages = new BindingMessages(binding);
        Bootstrap = BindingMessages.OfBootstrap(binding);
        Replays = new InMemoryReplayCache(Messages.Element.LocalClientSettings.ReplayCacheSize, Environment.Clock);
        _exchange = new ClientExchange(Bootstrap ?? Messages, credentials, Environment, Replays);
        _serviceCertificate = new ServiceCertificateCheck(credentials, Environment.Clock);
    }

    /// <summary>What messages look like.</summary>
    public MessageSecurityBinding Binding { get; }

    internal ClientCredentials Credentials { get; }
    internal EngineEnvironment Environment { get; }
    internal BindingMessages Messages { get; }
    internal BindingMessages? Bootstrap { get; }

    /// <summary>Replies to requests without a message id.</summary>
    internal InMemoryReplayCache Replays { get; }

    /// <summary>Protects a request outside a session.</summary>
    /// <param name="envelope">A plain SOAP envelope with a:Action and a:To; with a:MessageID when a reply is expected.</param>
    /// <param name="to">Address of the service, whose host is the expected identity where none is set; null to take a:To.</param>
    /// <exception cref="InvalidOperationException">The binding establishes sessions: use <see cref="StartSession"/>.</exception>
    /// <exception cref="ArgumentException">The envelope is no SOAP envelope of the binding's version, or lacks a header.</exception>
    /// <exception cref="SecureConversationException">The certificate of the service is not trusted or not the expected one.</exception>
    public SecuredRequest Secure(ReadOnlyMemory<byte> envelope, Uri? to = null)
    {
        if (Binding.EstablishesSession)
        {
            throw new InvalidOperationException("The binding establishes sessions: call StartSession and protect requests with the session.");
        }

        using var plain = ClientEnvelope.Parse(envelope, Messages.Soap, Environment.XmlLimits);
        _serviceCertificate.Require(to?.AbsoluteUri ?? plain.FindText(Messages.Soap.To));
        var (message, reply) = _exchange.Secure(plain, Messages.ForAction(plain.FindText(Messages.Soap.Action), MessageDirection.ClientToService));
        return new SecuredRequest(message, reply);
    }

    /// <summary>Makes the request for a security context (WS-SecureConversation 1.3 section 3). Costs two RSA operations.</summary>
    /// <param name="to">Address of the service; its host is the expected identity where none is set.</param>
    /// <exception cref="InvalidOperationException">The binding establishes no sessions.</exception>
    /// <exception cref="SecureConversationException">The certificate of the service is not trusted or not the expected one.</exception>
    public SessionRequest StartSession(Uri to)
    {
        ArgumentNullException.ThrowIfNull(to);
        if (Bootstrap is null)
        {
            throw new InvalidOperationException("The binding establishes no sessions: call Secure for each request.");
        }

        _serviceCertificate.Require(to.AbsoluteUri);
        return SessionRequest.Create(this, _exchange, to);
    }
}
