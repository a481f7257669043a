using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>The HTTP binding of SOAP: which requests are taken, and how replies are labelled and written.</summary>
internal static class SoapHttp
{
    // Each chunk is flushed, so a slow client makes us hold the protected reply, but no buffers of the server beside it.
    private const int ChunkSize = 64 * 1024;

    // Printable ASCII without quote, backslash, space and angle brackets: an action of these cannot break out of its quotes.
    private static readonly SearchValues<char> UriCharacters = SearchValues.Create(
        "!#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz{|}~^`");

    // These are made from the plain content, and would tell something about it (RFC 9110, RFC 9530, RFC 3230).
    private static readonly string[] ContentDigests = [HeaderNames.ETag, HeaderNames.ContentMD5, "Content-Digest", "Repr-Digest", "Digest"];

    private static readonly HashSet<string> MetadataParameters =
        new(StringComparer.OrdinalIgnoreCase) { "wsdl", "singleWsdl", "xsd", "disco" };

    /// <summary>Whether the head of a request is that of a SOAP request; otherwise the status to refuse it with.</summary>
    public static int? Refusal(HttpRequest request, MessageVersion version, MessageEncoding encoding)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            request.HttpContext.Response.Headers.Allow = HttpMethods.Post;
            return StatusCodes.Status405MethodNotAllowed;
        }

        return MediaTypeHeaderValue.TryParse(request.ContentType, out _)
            && EnvelopeEncoding.IsContentTypeOf(request.ContentType!, encoding, version)
            && ContentCoding.IsIdentity(request.Headers.ContentEncoding)
                ? null : StatusCodes.Status415UnsupportedMediaType;
    }

    /// <summary>The content types that <see cref="Refusal"/> takes, in words.</summary>
    public static string Expected(MessageEncoding encoding, MessageVersion version) => encoding switch
    {
        MessageEncoding.Mtom => $"multipart/related of MTOM with {version.MediaType}, or {version.MediaType}",
        MessageEncoding.Binary => "application/soap+msbin1",
        _ => version.MediaType,
    };

    /// <summary>
    /// Whether a request asks for the description of a service and for nothing else. Other parameters and bodies could mean a call to what
    /// follows.
    /// </summary>
    public static bool AsksForMetadata(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        // The server knows: in HTTP/2 a body needs no header. One that does not say is not believed.
        && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
        && request.ContentLength is null or 0 && !request.Headers.ContainsKey(HeaderNames.TransferEncoding)
        && request.Query.Count == 1 && MetadataParameters.Contains(request.Query.Keys.First());

    /// <summary>
    /// The action that a request without addressing has in HTTP (SOAP 1.1 section 6.1.1, RFC 3902); null when it has none.
    /// </summary>
    public static string? ActionOf(HttpRequest request, MessageVersion version)
    {
        if (version.Addressing != AddressingVersion.None)
        {
            return null;
        }

        var text = version.Soap == SoapVersion.Soap11 ? request.Headers["SOAPAction"].ToString()
            : MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
                ? type.Parameters.FirstOrDefault(p => p.Name.Equals("action", StringComparison.OrdinalIgnoreCase))?.Value.ToString() : null;
        return text?.Trim().Trim('"') is { Length: > 0 } action ? action : null;
    }

    /// <summary>The limit of the endpoint in place of that of the server, where the body has not been touched yet.</summary>
    public static void LimitBody(HttpContext context, int limit)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limit;
        }
    }

    /// <summary>
    /// Closes the connection after a refusal that does not wait for the rest of the body, so that it takes no more room. In HTTP/2 the
    /// server ends the stream.
    /// </summary>
    public static void EndConnection(HttpContext context, int statusCode)
    {
        if (statusCode is StatusCodes.Status408RequestTimeout or StatusCodes.Status503ServiceUnavailable
            && (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol)))
        {
            context.Response.Headers.Connection = "close";
        }
    }

    /// <summary>
    /// Labels the plain request with the action that was signed. What the client wrote into HTTP is not covered by any
    /// signature: a component that dispatches on it would run another operation than the one that was asked for.
    /// </summary>
    public static void Label(HttpRequest request, MessageVersion version, string? action, long length)
    {
        request.ContentLength = length;
        // Kestrel keeps a header that is set to no value as one without values, which reverse proxies do not expect.
        request.Headers.Remove(HeaderNames.TransferEncoding);
        request.Headers.Remove(HeaderNames.ContentEncoding);
        // A compressed reply could not be protected.
        request.Headers.Remove(HeaderNames.AcceptEncoding);
        if (version.Addressing == AddressingVersion.None)
        {
            // Without addressing no action is signed, so the one of HTTP stays.
            request.ContentType = Utf8ContentType(request.ContentType, version);
            return;
        }

        var quoted = action is not null && !action.AsSpan().ContainsAnyExcept(UriCharacters) ? $"\"{action}\"" : null;
        var isSoap12 = version.Soap == SoapVersion.Soap12;
        request.ContentType = isSoap12 && quoted is not null ? $"{ContentType(version)}; action={quoted}" : ContentType(version);
        if (isSoap12)
        {
            request.Headers.Remove("SOAPAction");
        }
        else
        {
            request.Headers["SOAPAction"] = quoted ?? "\"\"";
        }
    }

    public static string ContentType(MessageVersion version) => $"{version.MediaType}; charset=utf-8";

    /// <summary>Sends an envelope in place of whatever content headers were set before.</summary>
    public static async Task SendAsync(
        HttpContext context, MessageVersion version, MessageEncoding encoding, int statusCode, ReadOnlyMemory<byte> envelope)
    {
        var response = context.Response;
        RemoveContentHeaders(response);
        response.StatusCode = statusCode;
        if (envelope.IsEmpty)
        {
            return;
        }

        if (encoding != MessageEncoding.Text)
        {
            using var encoded = EnvelopeEncoding.Encode(envelope, encoding, version);
            await SendAsync(context, encoded).ConfigureAwait(false);
            return;
        }

        response.ContentType = ContentType(version);
        response.ContentLength = envelope.Length;
        for (var sent = 0; sent < envelope.Length; sent += ChunkSize)
        {
            var chunk = envelope.Slice(sent, Math.Min(envelope.Length - sent, ChunkSize));
            var flushed = await response.BodyWriter.WriteAsync(chunk, context.RequestAborted).ConfigureAwait(false);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }
        }
    }

    private static async Task SendAsync(HttpContext context, EncodedEnvelope encoded)
    {
        var response = context.Response;
        response.ContentType = encoded.ContentType;
        response.ContentLength = encoded.Length;
        foreach (var chunk in encoded.ReadChunks())
        {
            var flushed = await response.BodyWriter.WriteAsync(chunk, context.RequestAborted).ConfigureAwait(false);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }
        }
    }

    /// <summary>The content type of the wire with the charset of the plain envelope; its action parameter stays.</summary>
    private static string Utf8ContentType(string? contentType, MessageVersion version)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            return ContentType(version);
        }

        // Of another encoding nothing but the action means anything to who reads text.
        if (!version.IsMediaTypeOf(type.MediaType.Value ?? ""))
        {
            var action = type.Parameters.FirstOrDefault(p => p.Name.Equals("action", StringComparison.OrdinalIgnoreCase));
            type = new MediaTypeHeaderValue(version.MediaType);
            if (action is not null)
            {
                type.Parameters.Add(action);
            }
        }

        type.Charset = "utf-8";
        return type.ToString();
    }

    private static void RemoveContentHeaders(HttpResponse response)
    {
        response.ContentLength = null;
        response.ContentType = null;
        response.Headers.Remove(HeaderNames.ContentEncoding);
        response.Headers.Remove(HeaderNames.TransferEncoding);
        var trailers = response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        foreach (var name in ContentDigests)
        {
            response.Headers.Remove(name);
            trailers?.Remove(name);
        }
    }
}
