namespace SecureConversation.Http.Internal;

/// <summary>Sends a request as it is. Whoever holds the delegate keeps the transport behind it alive.</summary>
internal delegate Task<HttpResponseMessage> HttpSend(HttpRequestMessage request, CancellationToken cancellationToken);
