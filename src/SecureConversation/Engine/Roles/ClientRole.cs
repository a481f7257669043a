using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Negotiation;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Roles;

/// <summary>State that all parts of a client share: its message formats, its environment, and the exchange with its credentials.</summary>
internal sealed class ClientRole
{
    private volatile ClientExchange _exchange;

    public ClientRole(MessageSecurityBinding binding, ClientCredentials credentials, EngineEnvironment environment)
    {
        Environment = environment;
        Messages = new EndpointMessages(binding);
        Replays = new InMemoryReplayCache(Messages.Application.Element.LocalClientSettings.ReplayCacheSize, environment.Clock);
        _exchange = CreateExchange(credentials, previous: null);
    }

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

    /// <summary>Negotiates a context with a service, if the one that is there will not do.</summary>
    /// <param name="to">The address of the service.</param>
    /// <param name="exchange">Sends a leg and gives its answer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public ValueTask NegotiateAsync(Uri to, LegExchange exchange, CancellationToken cancellationToken)
    {
        var current = _exchange;
        return current.Negotiated.EnsureAsync(to, RunAsync, cancellationToken);

        async ValueTask<NegotiatedToken> RunAsync(CancellationToken stop)
        {
            using var measured = Environment.Telemetry.Handshake();
            using var negotiation = current.Negotiate(to, stop);
            try
            {
                await negotiation.StartAsync().ConfigureAwait(false);
                while (true)
                {
                    var reply = await exchange(new HandshakeStep.Send(negotiation.Envelope, negotiation.Action), stop).ConfigureAwait(false);
                    if (await negotiation.ReceiveAsync(reply).ConfigureAwait(false) is { } token)
                    {
                        measured.Succeeded();
                        return token;
                    }
                }
            }
            catch (SecureConversationException e)
            {
                measured.Failed(e.Code);
                throw;
            }
        }
    }

    /// <summary>Has other credentials from now on. Requests under way, and open sessions, go on with what they have.</summary>
    /// <exception cref="ArgumentException">What makes a certificate trusted is not usable. Nothing has changed.</exception>
    public void Use(ClientCredentials credentials) => _exchange = CreateExchange(credentials, _exchange);

    private ClientExchange CreateExchange(ClientCredentials credentials, ClientExchange? previous)
    {
        var messages = Messages.Bootstrap ?? Messages.Application;
        return new(messages, credentials, Environment, Replays,
            new IssuedTokens(messages.Element, credentials, Environment, previous?.Issued),
            new NegotiatedTokens(messages.Element, Environment, previous?.Negotiated));
    }
}
