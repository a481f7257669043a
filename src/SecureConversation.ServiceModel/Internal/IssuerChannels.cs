using System.Xml;
using SecureConversation.Credentials;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// Asks security token services for the tokens of an endpoint, through channel factories of the stack over HTTP: one for each issuer, made
/// when it is needed first, as WCF does.
/// </summary>
/// <param name="endpoint">The endpoint that needs the tokens.</param>
internal sealed class IssuerChannels(EndpointSecurity endpoint) : IIssuedTokenProvider, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(Uri Address, EngineBinding.SecurityBindingElement? Security), ChannelFactory<ISecurityTokenService>>
        _factories = [];
    private bool _isDisposed;

    public async ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken)
    {
        var issued = request.Credentials!.IssuedToken;
        var (named, security) = TokenIssuers.Of(request.Parameters, issued);
        var address = named ?? throw new InvalidOperationException("The binding needs tokens of an issuer and names none: set the address "
            + "of the issuer in the binding, or LocalIssuerAddress or IssuedTokenProvider by an IssuedTokenClientBehavior.");
        var issuer = new SecurityTokenIssuer
        {
            Address = address,
            MessageVersion = Translation.ToEngine(Version),
            Security = security,
            DefaultKeyEntropyMode = issued.DefaultKeyEntropyMode,
            AcceptIssuerKey = issued.AcceptIssuerKey,
        };
        using var exchange = new SecurityTokenExchange(request, issuer);
        var channel = FactoryFor(address, security).CreateChannel();
        try
        {
            using var message = Envelopes.ToMessage(exchange.Envelope, Version, XmlDictionaryReaderQuotas.Max);
            using var reply = await channel.IssueAsync(message).WaitAsync(cancellationToken).ConfigureAwait(false);
            using var envelope = Envelopes.OfReply(reply, new Deadline(TimeSpan.MaxValue), int.MaxValue);
            var token = exchange.Complete(envelope.Written);
            await CloseAsync((ICommunicationObject)channel).ConfigureAwait(false);
            return token;
        }
        catch (Exception e)
        {
            ((ICommunicationObject)channel).Abort();
            if (e is SecureConversationException or CommunicationException or TimeoutException)
            {
                throw new IssuedTokenException($"The security token service at {address} issued no token: {e.Message}", e);
            }

            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (var factory in _factories.Values)
            {
                factory.Abort();
            }

            _factories.Clear();
        }
    }

    private MessageVersion Version =>
        endpoint.Version.Addressing == AddressingVersion.None ? MessageVersion.Default : endpoint.Version;

    private ChannelFactory<ISecurityTokenService> FactoryFor(Uri address, EngineBinding.SecurityBindingElement? security)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_factories.TryGetValue((address, security), out var factory))
            {
                _factories[(address, security)] = factory = Create(address, security);
            }

            return factory;
        }
    }

    private ChannelFactory<ISecurityTokenService> Create(Uri address, EngineBinding.SecurityBindingElement? security)
    {
        var isHttps = address.Scheme == Uri.UriSchemeHttps;
        if (security is null && !isHttps)
        {
            throw new InvalidOperationException($"Nothing protects messages to {address}, which would carry keys in clear: give the issuer "
                + "a binding with message security, or an address of HTTPS.");
        }

        var elements = new BindingElementCollection();
        if (security is not null)
        {
            elements.Add(new MessageSecurityBindingElement(security) { LoggerFactory = endpoint.LoggerFactory });
        }

        elements.Add(new TextMessageEncodingBindingElement(Version, System.Text.Encoding.UTF8));
        elements.Add(isHttps ? new HttpsTransportBindingElement() : new HttpTransportBindingElement());
        var behavior = endpoint.IssuedTokens;
        var to = behavior?.IssuerIdentity is { } identity ? new EndpointAddress(address, identity) : new EndpointAddress(address);
        var factory = new ChannelFactory<ISecurityTokenService>(new CustomBinding(elements), to);
        factory.Endpoint.EndpointBehaviors.Remove(typeof(System.ServiceModel.Description.ClientCredentials));
        factory.Endpoint.EndpointBehaviors.Add(behavior?.IssuerCredentials ?? endpoint.Credentials);
        if (behavior is not null)
        {
            // An issuer may itself want tokens of another one.
            factory.Endpoint.EndpointBehaviors.Add(behavior);
        }

        return factory;
    }

    private static async Task CloseAsync(ICommunicationObject channel)
    {
        try
        {
            await Task.Factory.FromAsync(channel.BeginClose, channel.EndClose, null).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CommunicationException or TimeoutException)
        {
            // The token is there. A session that could not be cancelled ends at the service by itself.
            channel.Abort();
        }
    }
}

/// <summary>A security token service: any message, and any answer.</summary>
[ServiceContract]
internal interface ISecurityTokenService
{
    [OperationContract(Action = "*", ReplyAction = "*")]
    Task<Message> IssueAsync(Message request);
}
