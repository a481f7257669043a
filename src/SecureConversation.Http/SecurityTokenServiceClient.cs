using System.Net.Security;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http.Internal;

namespace SecureConversation.Http;

/// <summary>
/// Asks a security token service for tokens over HTTP (WS-Trust 1.3 and February 2005): the <see cref="IIssuedTokenProvider"/> of clients
/// whose service wants such tokens. Its messages are protected by message security, in a session or without, or by HTTPS alone. It keeps no
/// tokens: the clients do. Safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// await using var issuer = new SecurityTokenServiceClient(new SecurityTokenServiceOptions
/// {
///     Address = new Uri("http://sts.example.org/issue"),
///     MessageSecurity = new SecureConversationHttpOptions { MessageSecurity = new MessageSecurity(), Credentials = forIssuer },
/// });
/// var credentials = new ClientCredentials { ServiceCertificate = serviceCertificate, IssuedTokenProvider = issuer };
/// </code>
/// </example>
public sealed class SecurityTokenServiceClient : IIssuedTokenProvider, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    private readonly SecureConversationClient? _client;
    private readonly HttpClient? _http;
    private readonly SecurityTokenIssuer _issuer;
    private readonly int _maxResponseBytes;
    private readonly TimeSpan _timeout;

    /// <summary>Creates a client. Nothing is sent before the first request for a token.</summary>
    /// <param name="options">The service. Read once.</param>
    /// <param name="transport">
    /// Sends the messages, and is disposed of with the client; null for a <see cref="SocketsHttpHandler"/> that follows no redirects and
    /// keeps no cookies.
    /// </param>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message says which.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// An option of <see cref="SecurityTokenServiceOptions.MessageSecurity"/> is missing or out of range.
    /// </exception>
    public SecurityTokenServiceClient(SecurityTokenServiceOptions options, HttpMessageHandler? transport = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Problem(options) is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        (Address, _timeout, _maxResponseBytes) = (options.Address!, options.Timeout, options.MaxResponseBytes);
        SecurityBindingElement? security = null;
        if (options.MessageSecurity is { } protection)
        {
            security = MessageSecurityBinding.Resolve(
                protection.Binding, protection.MessageSecurity, protection.MessageVersion, protection.ProtectionRequirements).Element;
            _client = new SecureConversationClient(Address, protection, transport) { Timeout = Timeout.InfiniteTimeSpan };
        }
        else
        {
            _http = new HttpClient(transport ?? SecureConversationClient.DefaultTransport()) { Timeout = Timeout.InfiniteTimeSpan };
        }

        _issuer = new SecurityTokenIssuer
        {
            Address = Address,
            MessageVersion = options.MessageSecurity?.MessageVersion ?? options.MessageVersion,
            Security = security,
            DefaultKeyEntropyMode = options.DefaultKeyEntropyMode,
            AcceptIssuerKey = options.AcceptIssuerKey,
            TimeProvider = options.TimeProvider,
        };
    }

    /// <summary>The security token service.</summary>
    public Uri Address { get; }

    /// <summary>Asks for a token.</summary>
    /// <param name="request">What the client needs.</param>
    /// <param name="cancellationToken">Gives the request up.</param>
    /// <returns>The token, which the caller disposes of.</returns>
    /// <exception cref="IssuedTokenException">
    /// There is no token. The inner exception is a <see cref="SecureConversationException"/> when the service answered with a fault, or its
    /// response was refused; an <see cref="HttpRequestException"/> when the transport failed, or the service did not answer within Timeout.
    /// </exception>
    /// <exception cref="ArgumentException">The request cannot be made of the parameters of the binding.</exception>
    public async ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_timeout);
        using var exchange = new SecurityTokenExchange(request, _issuer);
        try
        {
            return _client is null
                ? await AskAsync(exchange, timeout.Token).ConfigureAwait(false)
                : await AskAsync(_client, exchange, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failed(new HttpRequestException($"It did not answer within Timeout ({_timeout}).", new TimeoutException(null, e)));
        }
        catch (Exception e) when (e is SecureConversationException or HttpRequestException or IssuedTokenException)
        {
            throw Failed(e);
        }
    }

    /// <summary>Cancels the session with the service, where there is one, and disposes of the transport.</summary>
    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_client is not null)
        {
            await _client.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The same; blocks while the session is cancelled, for no longer than its CloseTimeout.</summary>
    public void Dispose()
    {
        _http?.Dispose();
        _client?.Dispose();
    }

    private IssuedTokenException Failed(Exception e) =>
        new($"The security token service at {Address} issued no token: {e.Message}", e);

    private static string? Problem(SecurityTokenServiceOptions options) => options switch
    {
        { Address: not { IsAbsoluteUri: true } } => "Address is not set, or not absolute.",
        { MessageVersion: null } or { TimeProvider: null } => "MessageVersion and TimeProvider must not be null.",
        { MaxResponseBytes: < 1 } => "MaxResponseBytes must be positive.",
        _ when options.Timeout <= TimeSpan.Zero || options.Timeout > LongestTimeout => "Timeout must be positive and at most a day.",
        _ when options.AllowInsecureTransport || options.Address.Scheme == Uri.UriSchemeHttps => null,
        { MessageSecurity: null } =>
            $"Nothing protects messages to {options.Address}, which would carry keys in clear: set MessageSecurity to that of the security "
            + "token service, or give its address of HTTPS.",
        { MessageSecurity.ProtectionRequirements: { } levels } when !EncryptsAll(levels) =>
            $"ProtectionRequirements of MessageSecurity leave messages to {options.Address} in clear, which carry keys: leave them at "
            + "their default, by which all are encrypted, or give the address of HTTPS.",
        _ => null,
    };

    private static bool EncryptsAll(ChannelProtectionRequirements levels) => levels is
    {
        DefaultProtectionLevel: ProtectionLevel.EncryptAndSign,
        DefaultReplyProtectionLevel: null or ProtectionLevel.EncryptAndSign,
    } && levels.Requests.Concat(levels.Replies).Concat(levels.RepliesTo).All(e => e.ProtectionLevel == ProtectionLevel.EncryptAndSign);

    private static async Task<IssuedSecurityToken> AskAsync(
        SecureConversationClient client, SecurityTokenExchange exchange, CancellationToken cancellationToken)
    {
        using var reply = await client.SendAsync(exchange.Envelope, exchange.Action, cancellationToken).ConfigureAwait(false);
        return reply.IsFault ? throw reply.ToException() : exchange.Complete(reply.Envelope);
    }

    private async Task<IssuedSecurityToken> AskAsync(SecurityTokenExchange exchange, CancellationToken cancellationToken)
    {
        using var request = SoapPost.Create(
            _issuer.MessageVersion, Address, new EnvelopeContent(exchange.Envelope.ToArray(), owner: null), exchange.Action);
        using var response = await _http!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        using var soap = await SoapResponse
            .ReadAsync(response, MessageEncoding.Text, _maxResponseBytes, isOneWay: false, cancellationToken)
            .ConfigureAwait(false);
        return soap.Verify(AwaitedReply.OfRequest, exchange.Complete);
    }
}
