using System.Collections.Frozen;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SecureConversation.Gateway.Settings;
using SecureConversation.Http;
using Yarp.ReverseProxy.Forwarder;

namespace SecureConversation.Gateway.Outward;

/// <summary>What passes of HTTP: the address is that of the settings, and headers are those of the lists.</summary>
internal sealed class OutwardTransformer(OutwardSettings settings) : HttpTransformer
{
    private readonly FrozenSet<string> _requestHeaders = PassedHeaders.OfRequests(settings);
    private readonly FrozenSet<string> _responseHeaders = PassedHeaders.OfResponses(settings);
    private readonly FrozenSet<string> _oneWay = settings.OneWayActions.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenSet<string> _idempotent = settings.IdempotentActions.ToFrozenSet(StringComparer.Ordinal);

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = settings.Address;
        Headers.Copy(httpContext.Request.Headers, _requestHeaders, proxyRequest);
        var message = httpContext.Features.GetRequiredFeature<PlainMessage>();
        var content = proxyRequest.Content ?? throw new InvalidOperationException("The request has no content.");
        content.Headers.TryAddWithoutValidation(HeaderNames.ContentType, message.ContentType);
        if (message.Action is { } action)
        {
            if (message.IsSoap11)
            {
                proxyRequest.Headers.TryAddWithoutValidation("SOAPAction", $"\"{action}\"");
            }

            proxyRequest.Options.Set(SecureConversationRequestOptions.OneWay, _oneWay.Contains(action));
        }

        proxyRequest.Options.Set(SecureConversationRequestOptions.Idempotent,
            _idempotent.Contains("*") || (message.Action is { } named && _idempotent.Contains(named)));
        proxyRequest.Options.Set(PlainReplies.WithoutAddressing, !message.HasAddressing);
        return default;
    }

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return new(true);
        }

        httpContext.Response.StatusCode = (int)proxyResponse.StatusCode;
        Headers.Copy(proxyResponse, _responseHeaders, httpContext.Response);
        return new(true);
    }

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => default;
}
