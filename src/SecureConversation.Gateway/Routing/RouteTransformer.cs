using System.Collections.Frozen;
using SecureConversation.Gateway.Settings;
using Yarp.ReverseProxy.Forwarder;

namespace SecureConversation.Gateway.Routing;

/// <summary>What passes of HTTP in both directions: the address is that of the settings, and headers are those of the lists.</summary>
internal abstract class RouteTransformer(RouteSettings settings) : HttpTransformer
{
    private readonly FrozenSet<string> _requestHeaders = PassedHeaders.OfRequests(settings);
    private readonly FrozenSet<string> _responseHeaders = PassedHeaders.OfResponses(settings);

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

    /// <summary>Sets what each request has.</summary>
    protected void Prepare(HttpContext context, HttpRequestMessage request)
    {
        request.RequestUri = settings.Address;
        Headers.Copy(context.Request.Headers, _requestHeaders, request);
    }
}
