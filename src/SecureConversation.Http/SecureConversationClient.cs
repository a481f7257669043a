using System.Net.Http.Headers;
using SecureConversation.Http.Internal;

namespace SecureConversation.Http;

/// <summary>
/// A client of one service for programs without dependency injection (with it, <see cref="SecureConversationHttpClientExtensions"/> gives
/// any HttpClient CallAsync): bodies in, verified bodies out. The session, where
/// the binding has one, is opened by the first call and cancelled by disposal. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A fault of the application ends <see cref="CallAsync(string, string, CancellationToken)"/> with a
/// <see cref="SecureConversationException"/> whose Failure is
/// <see cref="SecureConversationFailure.PeerFault"/>. A service that forgot the session, by a restart, fails one call with
/// <see cref="SecureConversationFailure.BadContextToken"/>,
/// and the next call opens a new session; see <see cref="SecureConversationRequestOptions.Idempotent"/>.
/// </remarks>
/// <example>
/// <code>
/// var options = new SecureConversationHttpOptions
/// {
///     MessageSecurity = new MessageSecurity(), // as WSHttpBinding; with EstablishSecurityContext = false each message on its own
///     Credentials = new ClientCredentials
///     {
///         ClientCertificate = new X509Credential(clientCertificate),
///         ServiceCertificate = serviceCertificate,
///     },
/// };
/// await using var client = new SecureConversationClient(new Uri("http://example.org/echo"), options);
/// string response = await client.CallAsync("urn:e/Echo", "&lt;Echo xmlns='urn:e'/&gt;");
/// </code>
/// </example>
public sealed class SecureConversationClient : IAsyncDisposable, IDisposable
{
    private readonly SecureConversationHandler _handler;
    private readonly HttpClient _http;
    private readonly Binding.MessageVersion _version;

    /// <summary>Creates a client. Nothing is sent before the first call.</summary>
    /// <param name="address">The service.</param>
    /// <param name="options">Binding and credentials at least.</param>
    /// <param name="transport">
    /// Sends what is protected, and is disposed of with the client; null for a <see cref="SocketsHttpHandler"/> that follows no
    /// redirects and keeps no cookies. Set UseCookies to false in one of your own: it keeps cookies of replies that are not verified.
    /// </param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Some option is missing or out of range.</exception>
    public SecureConversationClient(Uri address, SecureConversationHttpOptions options, HttpMessageHandler? transport = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri)
        {
            throw new ArgumentException("The address is not absolute.", nameof(address));
        }

        Address = address;
        _handler = new SecureConversationHandler(options, transport ?? DefaultTransport());
        _version = _handler.MessageVersion;
        _http = new HttpClient(_handler);
    }

    /// <summary>The service.</summary>
    public Uri Address { get; }

    /// <summary>Longest time for one call, the handshake included when it waits for one. Default 100 seconds, as in HttpClient.</summary>
    public TimeSpan Timeout
    {
        get => _http.Timeout;
        set => _http.Timeout = value;
    }

    /// <summary>HTTP headers for all calls. Handshakes and cancels are sent without them.</summary>
    public HttpRequestHeaders DefaultRequestHeaders => _http.DefaultRequestHeaders;

    /// <summary>Opens the session, unless it is open or the binding has none.</summary>
    /// <inheritdoc cref="SecureConversationSessions.OpenAsync"/>
    public Task OpenAsync(CancellationToken cancellationToken = default) => _handler.OpenAsync(Address, cancellationToken);

    /// <summary>Cancels the session at the service once the calls in it are over; a later call opens a new one.</summary>
    /// <inheritdoc cref="SecureConversationSessions.CloseAsync"/>
    public Task CloseAsync(CancellationToken cancellationToken = default) => _handler.CloseAsync(cancellationToken);

    /// <inheritdoc cref="SecureConversationHandler.UpdateCredentials"/>
    public void UpdateCredentials(Credentials.ClientCredentials credentials) => _handler.UpdateCredentials(credentials);

    /// <summary>Calls an operation.</summary>
    /// <param name="action">Its a:Action.</param>
    /// <param name="body">
    /// XML for the body of the request. As in all XML, a carriage return in text is written <c>&amp;#xD;</c>: readers take one that stands
    /// there as it is for a line feed (XML 1.0 section 2.11). Serializers, XElement among them, write it so when they are told to
    /// (NewLineHandling.Entitize).
    /// </param>
    /// <param name="cancellationToken">Gives the call up; the session stays.</param>
    /// <returns>
    /// The content of the body of the reply, as XML that stands on its own. All characters are those that the service sent: a carriage
    /// return is written <c>&amp;#xD;</c>.
    /// </returns>
    /// <exception cref="SecureConversationException">
    /// The reply was refused, or is a fault: then <see cref="SecureConversationException.Fault"/> is set, and its IsSecured says whether
    /// the service itself is known to have sent it.
    /// </exception>
    /// <exception cref="HttpRequestException">The transport failed, or answered with an error without SOAP.</exception>
    /// <exception cref="ArgumentException">The body is no well-formed XML, or a whole envelope.</exception>
    public Task<string> CallAsync(string action, string body, CancellationToken cancellationToken = default) =>
        CallAsync(action, body, isIdempotent: false, cancellationToken);

    /// <inheritdoc cref="CallAsync(string, string, CancellationToken)"/>
    /// <param name="action">Its a:Action.</param>
    /// <param name="body">XML for the body of the request.</param>
    /// <param name="isIdempotent">
    /// Whether it may be executed twice with the result of once: see <see cref="SecureConversationRequestOptions.Idempotent"/>.
    /// </param>
    /// <param name="cancellationToken">Gives the call up; the session stays.</param>
    public async Task<string> CallAsync(string action, string body, bool isIdempotent, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(action);
        ArgumentNullException.ThrowIfNull(body);
        using var request = CreateRequest(action, body);
        if (isIdempotent)
        {
            request.Options.Set(SecureConversationRequestOptions.Idempotent, true);
        }

        var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        using var reply = ((VerifiedContent)response.Content).Reply;
        ThrowIfFault(reply);
        return reply.ReadBody();
    }

    /// <summary>
    /// Sends a message that gets no reply. Completes when the service has accepted it; only the HTTP status says so, which is not signed;
    /// in a reliable session a signed acknowledgement does.
    /// </summary>
    /// <param name="action">Its a:Action.</param>
    /// <param name="body">XML for the body of the message.</param>
    /// <param name="cancellationToken">Gives the call up; the session stays.</param>
    /// <exception cref="SecureConversationException">The service answered with a fault, or no session could be opened.</exception>
    /// <exception cref="HttpRequestException">The transport failed, or answered with an error without SOAP.</exception>
    /// <exception cref="ArgumentException">The body is no well-formed XML, or a whole envelope.</exception>
    public async Task SendOneWayAsync(string action, string body, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(action);
        ArgumentNullException.ThrowIfNull(body);
        using var request = CreateRequest(action, body);
        request.Options.Set(SecureConversationRequestOptions.OneWay, true);
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Content is VerifiedContent { Reply: var reply })
        {
            ThrowIfFault(reply);
        }
    }

    /// <summary>
    /// Sends an envelope, adding the WS-Addressing headers that it lacks, and gives the verified reply, which may be a fault.
    /// </summary>
    /// <param name="envelope">A plain envelope in UTF-8.</param>
    /// <param name="action">The action, for an envelope without a:Action.</param>
    /// <param name="cancellationToken">Gives the call up; the session stays.</param>
    /// <exception cref="SecureConversationException">The reply was refused, or is a fault without security.</exception>
    /// <exception cref="HttpRequestException">The transport failed, or answered with an error without SOAP.</exception>
    /// <exception cref="ArgumentException">No envelope of the binding's version, or without an action.</exception>
    public async Task<VerifiedReply> SendAsync(
        ReadOnlyMemory<byte> envelope, string? action = null, CancellationToken cancellationToken = default)
    {
        using var request = CreateRequest(envelope, action);
        var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return ((VerifiedContent)response.Content).Reply;
    }

    /// <summary>Cancels the session, within CloseTimeout, and disposes of the transport.</summary>
    public async ValueTask DisposeAsync()
    {
        await _handler.DisposeAsync().ConfigureAwait(false);
        _http.Dispose();
    }

    /// <summary>Cancels the session, blocking for no longer than CloseTimeout, and disposes of the transport.</summary>
    public void Dispose() => _http.Dispose();

    private static void ThrowIfFault(VerifiedReply reply)
    {
        if (reply.IsFault)
        {
            throw reply.ToException();
        }
    }

    // A redirected POST would become a GET, or go to a service that cannot read the message. Cookies of replies would be kept before the
    // replies are verified: whoever forges one could make all later requests too long for the service.
    internal static SocketsHttpHandler DefaultTransport() =>
        new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private HttpRequestMessage CreateRequest(string action, string body) =>
        new(HttpMethod.Post, Address) { Content = new BodyContent(action, body, throwsFaults: false) };

    private HttpRequestMessage CreateRequest(ReadOnlyMemory<byte> envelope, string? action)
    {
        var content = new PlainContent(envelope);
        if (action is not null)
        {
            return SoapPost.Create(_version, Address, content, action);
        }

        content.Headers.ContentType = SoapPost.ContentType(_version);
        return new HttpRequestMessage(HttpMethod.Post, Address) { Content = content };
    }
}
