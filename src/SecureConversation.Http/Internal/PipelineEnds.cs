using System.Net;

namespace SecureConversation.Http.Internal;

/// <summary>
/// The two ends of the handlers of a factory's client. Between them a SOAP fault has status 200: it is an answer, and handlers that repeat
/// requests by their status, wherever they stand, must not take it for a failure of the transport.
/// </summary>
internal static class PipelineEnds
{
    private static readonly HttpRequestOptionsKey<HttpStatusCode> WireStatus = new("SecureConversation.WireStatus");

    /// <summary>Puts the ends around handlers of which the first is the outermost.</summary>
    public static void Put(IList<DelegatingHandler> handlers)
    {
        handlers.Insert(0, new CallersEnd());
        handlers.Add(new WireEnd());
    }

    /// <summary>The status that a response had on the wire.</summary>
    public static HttpStatusCode StatusOf(HttpResponseMessage response, HttpRequestMessage request) =>
        request.Options.TryGetValue(WireStatus, out var status) ? status : response.StatusCode;

    private sealed class CallersEnd : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.Content is VerifiedContent { Reply.IsFault: true })
            {
                response.StatusCode = HttpStatusCode.InternalServerError;
            }

            return response;
        }
    }

    private sealed class WireEnd : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is EnvelopeContent { IsStarted: true })
            {
                throw EnvelopeContent.SentBefore();
            }

            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (request.Content is EnvelopeContent && response.StatusCode >= HttpStatusCode.InternalServerError
                && SoapResponse.IsSoap(response.Content))
            {
                request.Options.Set(WireStatus, response.StatusCode);
                response.StatusCode = HttpStatusCode.OK;
            }

            return response;
        }
    }
}
