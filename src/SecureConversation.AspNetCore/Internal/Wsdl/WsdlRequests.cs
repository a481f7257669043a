using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>Answers GET and HEAD for the documents of an endpoint.</summary>
internal sealed class WsdlRequests(WsdlDocuments documents, Uri? address)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Query.Count == 0)
        {
            response.Headers.Allow = HttpMethods.Post;
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        // Each answer follows the configuration of the moment.
        var allowedHosts = context.RequestServices.GetService<IConfiguration>()?["AllowedHosts"];
        if (!SoapHttp.AsksForMetadata(request)
            || documents.Find(QueryOf(request), PublicAddress.Of(request, address, allowedHosts)) is not { } text)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        response.Headers.ETag = text.ETag;
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = HeaderNames.Host;
        if (request.GetTypedHeaders().IfNoneMatch.Any(tag =>
            tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(new EntityTagHeaderValue(text.ETag), useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "text/xml; charset=utf-8";
        response.ContentLength = text.Length;
        if (HttpMethods.IsHead(request.Method))
        {
            return;
        }

        foreach (var part in text.Parts)
        {
            await response.Body.WriteAsync(part, context.RequestAborted).ConfigureAwait(false);
        }
    }

    // ?wsdl and ?wsdl= are the same, as in WCF.
    private static string QueryOf(HttpRequest request)
    {
        var (name, value) = request.Query.First();
        return value.ToString() is { Length: > 0 } text ? $"{name}={text}" : name;
    }
}
