using SecureConversation.Http.Internal;

namespace SecureConversation.Http;

/// <summary>
/// Bodies in, verified bodies out, for typed and named clients of IHttpClientFactory that were set up by AddSecureConversation. An
/// HttpClient without it sends nothing.
/// </summary>
/// <example>
/// <code>
/// services.AddHttpClient&lt;OrdersClient&gt;(http => http.BaseAddress = new Uri("https://example.org/orders")).AddSecureConversation(...);
///
/// public sealed class OrdersClient(HttpClient http)
/// {
///     public Task&lt;string&gt; PlaceAsync(string item) =>
///         http.CallAsync("urn:orders/Place", $"&lt;Place xmlns='urn:orders'&gt;{item}&lt;/Place&gt;");
/// }
/// </code>
/// </example>
public static class SecureConversationHttpClientExtensions
{
    /// <summary>Calls an operation of the service at the base address of the client.</summary>
    /// <inheritdoc cref="CallAsync(HttpClient, Uri?, string, string, CancellationToken)"/>
    public static Task<string> CallAsync(
        this HttpClient http, string action, string body, CancellationToken cancellationToken = default) =>
        http.CallAsync(address: null, action, body, cancellationToken);

    /// <summary>Calls an operation of the service at the base address of the client.</summary>
    /// <inheritdoc cref="CallAsync(HttpClient, Uri?, string, string, CancellationToken)"/>
    /// <param name="http">The client.</param>
    /// <param name="action">Its a:Action.</param>
    /// <param name="body">XML for the body of the request.</param>
    /// <param name="isIdempotent">
    /// Whether it may be executed twice with the result of once: see <see cref="SecureConversationRequestOptions.Idempotent"/>.
    /// </param>
    /// <param name="cancellationToken">Gives the call up; the session stays.</param>
    public static Task<string> CallAsync(
        this HttpClient http, string action, string body, bool isIdempotent, CancellationToken cancellationToken = default) =>
        CallAsync(http, null, action, body, isIdempotent, cancellationToken);

    /// <summary>Calls an operation.</summary>
    /// <param name="http">The client.</param>
    /// <param name="address">The service, absolute or relative to the base address; null for the base address itself.</param>
    /// <param name="action">Its a:Action.</param>
    /// <param name="body">
    /// XML for the body of the request, as for <see cref="SecureConversationClient.CallAsync(string, string, CancellationToken)"/>.
    /// </param>
    /// <param name="cancellationToken">Gives the call up; the session stays.</param>
    /// <returns>The content of the body of the reply, as XML that stands on its own.</returns>
    /// <exception cref="SecureConversationException">
    /// The reply was refused, or is a fault: then <see cref="SecureConversationException.Fault"/> is set.
    /// </exception>
    /// <exception cref="HttpRequestException">The transport failed, or answered with an error without SOAP.</exception>
    /// <exception cref="ArgumentException">The body is no well-formed XML, or a whole envelope.</exception>
    /// <exception cref="InvalidOperationException">The client has no message security, or no address.</exception>
    public static Task<string> CallAsync(
        this HttpClient http, Uri? address, string action, string body, CancellationToken cancellationToken = default) =>
        CallAsync(http, address, action, body, isIdempotent: false, cancellationToken);

    /// <summary>Sends a message that gets no reply to the service at the base address of the client.</summary>
    /// <inheritdoc cref="SendOneWayAsync(HttpClient, Uri?, string, string, CancellationToken)"/>
    public static Task SendOneWayAsync(
        this HttpClient http, string action, string body, CancellationToken cancellationToken = default) =>
        http.SendOneWayAsync(address: null, action, body, cancellationToken);

    /// <summary>
    /// Sends a message that gets no reply. Completes when the service has accepted it; only the HTTP status says so, which is not signed.
    /// </summary>
    /// <param name="http">The client.</param>
    /// <param name="address">The service, absolute or relative to the base address; null for the base address itself.</param>
    /// <param name="action">Its a:Action.</param>
    /// <param name="body">XML for the body of the message.</param>
    /// <param name="cancellationToken">Gives the call up; the session stays.</param>
    /// <exception cref="SecureConversationException">The service answered with a fault, or no session could be opened.</exception>
    /// <exception cref="HttpRequestException">The transport failed, or answered with an error without SOAP.</exception>
    /// <exception cref="ArgumentException">The body is no well-formed XML, or a whole envelope.</exception>
    /// <exception cref="InvalidOperationException">The client has no message security, or no address.</exception>
    public static async Task SendOneWayAsync(
        this HttpClient http, Uri? address, string action, string body, CancellationToken cancellationToken = default)
    {
        using var request = Create(http, address, action, body);
        request.Options.Set(SecureConversationRequestOptions.OneWay, true);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
    }

    private static HttpRequestMessage Create(HttpClient http, Uri? address, string action, string body)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentException.ThrowIfNullOrEmpty(action);
        ArgumentNullException.ThrowIfNull(body);
        return new HttpRequestMessage(HttpMethod.Post, address) { Content = new BodyContent(action, body, throwsFaults: true) };
    }

    private static async Task<string> CallAsync(
        HttpClient http, Uri? address, string action, string body, bool isIdempotent, CancellationToken cancellationToken)
    {
        using var request = Create(http, address, action, body);
        request.Options.Set(SecureConversationRequestOptions.Idempotent, isIdempotent);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        return response.Content is VerifiedContent { Reply: var reply }
            ? reply.ReadBody()
            : throw new InvalidOperationException("A handler before SecureConversationHandler gave another reply than the verified one.");
    }
}
