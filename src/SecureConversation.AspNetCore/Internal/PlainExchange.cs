using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// An HTTP exchange as a plain component sees it: the request holds the verified envelope, and what is written to the
/// response is captured. The exchange of the wire is put back at the end.
/// </summary>
internal sealed class PlainExchange : IRequestBodyPipeFeature, IDisposable
{
    private static readonly string[] LabelHeaders =
        [HeaderNames.ContentType, HeaderNames.ContentLength, HeaderNames.TransferEncoding, HeaderNames.AcceptEncoding, "SOAPAction"];

    private readonly HttpContext _context;
    private readonly Stream _wireBody;
    private readonly IRequestBodyPipeFeature? _wirePipe;
    private readonly IHttpResponseBodyFeature _wireResponse;
    private readonly StringValues[] _wireHeaders;
    private readonly PooledBuffer _reply;
    private bool _isReplyTaken;

    private PlainExchange(HttpContext context, ReadOnlyMemory<byte> envelope, int maxReplyBytes)
    {
        _context = context;
        _wireBody = context.Request.Body;
        _wirePipe = context.Features.Get<IRequestBodyPipeFeature>();
        _wireResponse = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _wireHeaders = Array.ConvertAll(LabelHeaders, name => context.Request.Headers[name]);
        _reply = new PooledBuffer(maxReplyBytes);
        Reader = PipeReader.Create(new ReadOnlySequence<byte>(envelope));
    }

    /// <summary>The verified envelope. The reader is completed at the end, so that nobody reads a buffer that was returned.</summary>
    public PipeReader Reader { get; }

    public static PlainExchange Begin(HttpContext context, ISecureConversationFeature feature, int maxReplyBytes)
    {
        var envelope = feature.Message.Envelope;
        var exchange = new PlainExchange(context, envelope, maxReplyBytes);
        SoapHttp.Label(context.Request, feature.MessageVersion, feature.Message.Action, envelope.Length);
        // The stream reads from the reader: a component that uses both sees one position.
        context.Request.Body = exchange.Reader.AsStream(leaveOpen: true);
        context.Features.Set<IRequestBodyPipeFeature>(exchange);
        context.Features.Set<IHttpResponseBodyFeature>(new CapturedBody(exchange._reply));
        return exchange;
    }

    /// <summary>What was written, as UTF-8. The caller disposes of it.</summary>
    /// <exception cref="SecureConversationException">The reply is not valid in its charset.</exception>
    /// <exception cref="InvalidOperationException">The reply exceeds the limit, or is a redirect.</exception>
    /// <exception cref="SoapFaultException">The component says that the user may not do that.</exception>
    public PlainReply TakeReply()
    {
        // The component got an exception when it wrote too much, and may have caught it.
        if (_reply.IsOverrun)
        {
            throw new InvalidOperationException("The reply exceeds MaxReplyBytes.");
        }

        var response = _context.Response;
        if (_reply.Length == 0 || !IsXml(response))
        {
            ThrowIfDenied(response.StatusCode);
        }

        if (_reply.Length == 0)
        {
            return PlainReply.Bare(response.StatusCode is >= 200 and < 300 ? StatusCodes.Status202Accepted : response.StatusCode);
        }

        var charset = MediaTypeHeaderValue.TryParse(response.ContentType, out var type) ? type.Charset.Value : null;
        var envelope = EnvelopeEncoding.ToUtf8(_reply.Written, charset);
        _isReplyTaken = true;
        return PlainReply.Owned(envelope, _reply);
    }

    private static bool IsXml(HttpResponse response) => response.ContentType?.Contains("xml", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>
    /// Who speaks SOAP follows no redirect, to a page for logging in or elsewhere, and learns nothing from an HTTP status that anybody can
    /// have sent.
    /// </summary>
    private static void ThrowIfDenied(int statusCode)
    {
        if (statusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
        {
            throw PlainEnvelopeWriter.CreateAccessDenied();
        }

        if (statusCode is >= 300 and < 400)
        {
            throw new InvalidOperationException(
                $"The component behind message security answered by a redirect (HTTP status {statusCode}).");
        }
    }

    /// <summary>Puts back the exchange of the wire.</summary>
    public void Dispose()
    {
        Reader.Complete();
        var request = _context.Request;
        request.Body = _wireBody;
        _context.Features.Set(_wirePipe);
        _context.Features.Set(_wireResponse);
        for (var i = 0; i < LabelHeaders.Length; i++)
        {
            if (_wireHeaders[i].Count == 0)
            {
                request.Headers.Remove(LabelHeaders[i]);
            }
            else
            {
                request.Headers[LabelHeaders[i]] = _wireHeaders[i];
            }
        }

        if (!_isReplyTaken)
        {
            _reply.Dispose();
        }
    }
}
