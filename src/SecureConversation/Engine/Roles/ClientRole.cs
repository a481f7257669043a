using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Roles;

/// <summary>State that all parts of a client share: its message formats, its environment, and the exchange with its credentials.</summary>
internal sealed class ClientRole
{
    private volatile ClientExchange _exchange;

    public ClientRole(MessageSecurityBinding binding, ClientCredentials credentials, EngineEnvironment environment)
    {
        Binding = binding;
        Environment = environment;
        Messages = new EndpointMessages(binding);
        Replays = new InMemoryReplayCache(Messages.Application.Element.LocalClientSettings.ReplayCacheSize, environment.Clock);
        _exchange = CreateExchange(credentials, previous: null);
    }

    public MessageSecurityBinding Binding { get; }

    public EngineEnvironment Environment { get; }

    public EndpointMessages Messages { get; }

    /// <summary>Remembers replies to requests without a message id.</summary>
    public InMemoryReplayCache Replays { get; }

    /// <summary>
    /// Protects one request outside sessions, or one handshake request, with the credentials that the client has now. Before something is
    /// encrypted for it, the certificate of the service is judged.
    /// </summary>
    /// <param name="to">Address of the service.</param>
    /// <exception cref="SecureConversationException">The certificate of the service is not trusted or not the expected one.</exception>
    public ClientExchange.ToService ExchangeWith(string? to) => _exchange.With(to);

    /// <summary>The issued tokens of the client, with the credentials that it has now.</summary>
    public IssuedTokens Issued => _exchange.Issued;

    /// <summary>The exchange with the credentials that the client has now.</summary>
    public ClientExchange Exchange => _exchange;

    /// <summary>Has other credentials from now on. Requests under way, and open sessions, go on with what they have.</summary>
    /// <exception cref="ArgumentException">What makes a certificate trusted is not usable. Nothing has changed.</exception>
    public void Use(ClientCredentials credentials) => _exchange = CreateExchange(credentials, _exchange);

    private ClientExchange CreateExchange(ClientCredentials credentials, ClientExchange? previous)
    {
        var messages = Messages.Bootstrap ?? Messages.Application;
        return new(messages, credentials, Environment, Replays,
            new IssuedTokens(messages.Element, credentials, Environment, previous?.Issued),
            new NegotiatedTokens(messages.Element, isForHandshakes: Messages.Bootstrap is not null, Environment, previous?.Negotiated));
    }
}
