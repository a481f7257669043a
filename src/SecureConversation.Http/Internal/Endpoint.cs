using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Binding;

namespace SecureConversation.Http.Internal;

/// <summary>The options as they were when the client was made, and the engine made from them. Immutable.</summary>
internal sealed class Endpoint
{
    public Endpoint(string name, SecureConversationHttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Issuers = new IssuerClients(options);
        Client = HttpOptionsValidator.CreateClient(name, options, Issuers);
        Encoding = options.MessageEncoding;
        Clock = options.TimeProvider;
        AllowUnprotectedRequests = options.AllowUnprotectedRequests;
        MaxResponseBytes = options.MaxResponseBytes;
        OpenTimeout = options.OpenTimeout;
        CloseTimeout = options.CloseTimeout;
        Log = options.LoggerFactory?.CreateLogger("SecureConversation.Http") ?? (ILogger)NullLogger.Instance;
    }

    public MessageSecurityClient Client { get; }

    /// <summary>The clients of the security token services that the binding or the credentials name.</summary>
    public IssuerClients Issuers { get; }

    public MessageVersion Version => Client.Binding.MessageVersion;
    public MessageEncoding Encoding { get; }
    public TimeProvider Clock { get; }
    public bool AllowUnprotectedRequests { get; }
    public int MaxResponseBytes { get; }
    public TimeSpan OpenTimeout { get; }
    public TimeSpan CloseTimeout { get; }
    public ILogger Log { get; }

    /// <summary>
    /// Refuses an address where messages would go over a transport that does not protect them, and the binding leaves that to the
    /// transport. Called before anything is made of credentials.
    /// </summary>
    /// <exception cref="InvalidOperationException">The address is no https address. Nothing was sent.</exception>
    public void RequireSecureTransport(Uri address)
    {
        if (Client.Binding.RequiresSecureTransport && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new InvalidOperationException($"The binding leaves the protection of messages to the transport, and '{address.Scheme}' "
                + "does not protect them: nothing was sent. Use the https address of the service, or set AllowInsecureTransport on the "
                + "binding, and on that of the handshake, where something else protects the way to the service.");
        }
    }

    /// <summary>Sends the messages of a handshake until it is completed.</summary>
    public async Task RunAsync(SessionHandshake handshake, Uri address, HttpSend send, CancellationToken cancellationToken)
    {
        while (handshake.Step is HandshakeStep.Send next)
        {
            using var request = CreateHandshake(address, next.Envelope, next.Action);
            using var response = await ExchangeAsync(send, request, isOneWay: false, cancellationToken).ConfigureAwait(false);
            response.Verify(AwaitedReply.OfHandshake, handshake.Receive);
        }
    }

    /// <summary>Gets what messages to an address need and is not there: tokens of issuers, and a negotiated context.</summary>
    /// <exception cref="HttpRequestException">The service did not answer in time.</exception>
    public async ValueTask PrepareAsync(Uri? address, HttpSend send, CancellationToken cancellationToken)
    {
        await Client.EnsureIssuedTokensAsync(address, cancellationToken).ConfigureAwait(false);
        await Client.EnsureNegotiatedAsync(address, (leg, stop) => ExchangeLegAsync(leg, address!, send, stop), cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ExchangeLegAsync(
        HandshakeStep.Send leg, Uri address, HttpSend send, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(OpenTimeout);
        try
        {
            using var request = CreateHandshake(address, leg.Envelope, leg.Action);
            using var response = await ExchangeAsync(send, request, isOneWay: false, timeout.Token).ConfigureAwait(false);
            return response.Verify(AwaitedReply.OfHandshake, static envelope => envelope.ToArray());
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"The service did not answer a message of the negotiation within OpenTimeout ({OpenTimeout}).",
                new TimeoutException(null, e));
        }
    }

    public async Task<SoapResponse> ExchangeAsync(
        HttpSend send, HttpRequestMessage request, bool isOneWay, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(send, request, cancellationToken).ConfigureAwait(false);
        response.StatusCode = PipelineEnds.StatusOf(response, request);
        return await SoapResponse.ReadAsync(response, Encoding, MaxResponseBytes, isOneWay, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The request that carries an envelope in the encoding of the endpoint. It disposes of the owner of the envelope.</summary>
    public HttpRequestMessage CreateRequest(Uri address, ReadOnlyMemory<byte> envelope, string action, IDisposable owner) =>
        SoapPost.Create(Version, address, EnvelopeContent.Of(envelope, Encoding, Version, action, owner), action);

    private HttpRequestMessage CreateHandshake(Uri address, ReadOnlyMemory<byte> envelope, string action) => SoapPost.Create(
        Version, address, EnvelopeContent.Of(envelope, Encoding, Version, action, owner: null, isHandshake: true), action);

    private static async Task<HttpResponseMessage> SendAsync(
        HttpSend send, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await send(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException) when (request.Content is EnvelopeContent { IsAskedAgain: true })
        {
            throw EnvelopeContent.SentBefore();
        }
        catch (HttpRequestException e) when (e.StatusCode is null && request.Content is EnvelopeContent { WasCutOff: true } content)
        {
            // A service that refuses a request for its length often does not read it to its end, and its answer is lost.
            throw new HttpRequestException(e.HttpRequestError,
                $"The connection ended while the request of {content.Length} bytes was sent. If that happens to large requests "
                + "only, the service takes less: raise its limit, MaxRequestBytes of SecureConversationServiceOptions, in WCF "
                + "MaxReceivedMessageSize of the binding.", e);
        }
    }
}
