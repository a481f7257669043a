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
        Client = HttpOptionsValidator.CreateClient(name, options);
        Clock = options.TimeProvider;
        AllowUnprotectedRequests = options.AllowUnprotectedRequests;
        RetryOnBadContextToken = options.RetryOnBadContextToken;
        MaxResponseBytes = options.MaxResponseBytes;
        OpenTimeout = options.OpenTimeout;
        CloseTimeout = options.CloseTimeout;
        Log = options.LoggerFactory?.CreateLogger("SecureConversation.Http") ?? (ILogger)NullLogger.Instance;
    }

    public MessageSecurityClient Client { get; }
    public MessageVersion Version => Client.Binding.MessageVersion;
    public TimeProvider Clock { get; }
    public bool AllowUnprotectedRequests { get; }
    public bool RetryOnBadContextToken { get; }
    public int MaxResponseBytes { get; }
    public TimeSpan OpenTimeout { get; }
    public TimeSpan CloseTimeout { get; }
    public ILogger Log { get; }

    public async Task<SoapResponse> ExchangeAsync(
        HttpSend send, HttpRequestMessage request, bool isOneWay, CancellationToken cancellationToken)
    {
        using var response = await send(request, cancellationToken).ConfigureAwait(false);
        return await SoapResponse.ReadAsync(response, MaxResponseBytes, isOneWay, cancellationToken).ConfigureAwait(false);
    }
}
