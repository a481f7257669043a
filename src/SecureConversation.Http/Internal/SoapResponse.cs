using System.Net;
using SecureConversation.Binding;

namespace SecureConversation.Http.Internal;

/// <summary>The entity body of a response as UTF-8, nothing of it verified yet; empty when there was none.</summary>
internal sealed class SoapResponse : IDisposable
{
    private const int SmallLimit = 32 * 1024;

    private readonly IDisposable? _entity;
    private readonly ReadOnlyMemory<byte> _envelope;
    private readonly HttpStatusCode _status;

    private SoapResponse(IDisposable? entity, ReadOnlyMemory<byte> envelope, HttpResponseMessage response)
    {
        _entity = entity;
        _envelope = envelope;
        _status = response.StatusCode;
        IsSuccess = response.IsSuccessStatusCode;
        Version = response.Version;
    }

    public bool IsSuccess { get; }

    /// <summary>Whether the service answered nothing.</summary>
    public bool IsEmpty => _envelope.IsEmpty;

    public Version Version { get; }

    /// <exception cref="HttpRequestException">An error without SOAP, or a body that is too large.</exception>
    /// <exception cref="SecureConversationException">A success that is no SOAP.</exception>
    public static async Task<SoapResponse> ReadAsync(
        HttpResponseMessage response, MessageEncoding encoding, int maxBytes, bool isOneWay, CancellationToken cancellationToken)
    {
        // The service accepted a one-way message: nobody reads what it sent back.
        if (isOneWay && response.IsSuccessStatusCode)
        {
            return new SoapResponse(null, default, response);
        }

        if (!response.IsSuccessStatusCode && !IsSoap(response.Content, encoding))
        {
            throw NoSoap(response.StatusCode, null);
        }

        // The transport removes the header where it was told to decompress, and the limit counts decompressed bytes then.
        if (!ContentCoding.IsIdentity(response.Content.Headers.ContentEncoding))
        {
            throw response.IsSuccessStatusCode
                ? new SecureConversationException(SecureConversationFailure.InvalidSecurity, FailureCode.ContentTypeMismatch,
                    "The reply was refused: its content encoding "
                    + $"'{string.Join(", ", response.Content.Headers.ContentEncoding)}' is not read here.")
                : NoSoap(response.StatusCode, null);
        }

        var entity = await ReadEntityAsync(response.Content, maxBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            if (entity.Length == 0)
            {
                return response.IsSuccessStatusCode ? new SoapResponse(entity, default, response) : throw NoSoap(response.StatusCode, null);
            }

            if (!IsSoap(response.Content, encoding))
            {
                throw new SecureConversationException(SecureConversationFailure.InvalidSecurity, FailureCode.ContentTypeMismatch,
                    $"The reply was refused: its media type '{response.Content.Headers.ContentType?.MediaType}' is not that of SOAP"
                    + $"{(IsSoap(response.Content) ? $" with MessageEncoding {encoding}" : "")}.");
            }

            return Decode(entity, response, maxBytes);
        }
        catch
        {
            entity.Dispose();
            throw;
        }
    }

    /// <summary>Hands the envelope to the object that verifies it.</summary>
    /// <exception cref="HttpRequestException">
    /// The HTTP status is an error and the body no envelope, whatever its media type says.
    /// </exception>
    /// <exception cref="SecureConversationException">The reply is missing or refused.</exception>
    public T Verify<T>(AwaitedReply awaited, Func<ReadOnlyMemory<byte>, T> verify)
    {
        if (_envelope.IsEmpty)
        {
            throw Empty(awaited);
        }

        try
        {
            return verify(_envelope);
        }
        catch (SecureConversationException e) when (!IsSuccess
            && e.Code is FailureCode.NotWellFormed or FailureCode.ForbiddenConstruct or FailureCode.NotAnEnvelope)
        {
            throw NoSoap(_status, e);
        }
    }

    public void Dispose() => _entity?.Dispose();

    /// <summary>The envelope has the buffer of the body, or one of its own in its place.</summary>
    private static SoapResponse Decode(PooledBuffer entity, HttpResponseMessage response, int maxBytes)
    {
        var most = (int)Math.Min(int.MaxValue, 2L * Math.Max(maxBytes, SmallLimit));
        DecodedEnvelope decoded;
        try
        {
            decoded = EnvelopeEncoding.Decode(entity.Written, ContentTypeOf(response.Content), most);
        }
        catch (SecureConversationException e) when (!response.IsSuccessStatusCode)
        {
            // As text that is no envelope: a proxy may have written it, and the session goes on.
            throw NoSoap(response.StatusCode, e);
        }

        if (decoded.HasOwnBuffer)
        {
            entity.Dispose();
        }

        return new SoapResponse(decoded.HasOwnBuffer ? decoded : entity, decoded.Envelope, response);
    }

    /// <exception cref="HttpRequestException">The body is larger than the limit, or could not be read to its end.</exception>
    private static async Task<PooledBuffer> ReadEntityAsync(HttpContent content, int limit, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength ?? 0;
        ThrowIfTooLarge(announced, limit);

        var buffer = new PooledBuffer(expected: (int)announced);
        try
        {
            using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            int read;
            while ((read = await stream.ReadAsync(buffer.GetMemory(), cancellationToken).ConfigureAwait(false)) > 0)
            {
                buffer.Advance(read);
                ThrowIfTooLarge(buffer.Length, limit);
            }

            return buffer;
        }
        catch (IOException e)
        {
            buffer.Dispose();
            var error = (e as HttpIOException)?.HttpRequestError ?? HttpRequestError.Unknown;
            throw new HttpRequestException(error, "The response could not be read to its end.", e);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private static void ThrowIfTooLarge(long size, int limit)
    {
        if (size > limit)
        {
            throw new HttpRequestException(
                HttpRequestError.ConfigurationLimitExceeded,
                $"The response is larger than MaxResponseBytes ({limit} bytes): raise it in SecureConversationHttpOptions.");
        }
    }

    private static SecureConversationException Empty(AwaitedReply awaited) => awaited switch
    {
        AwaitedReply.InSession or AwaitedReply.OfCancel => new(SecureConversationFailure.BadContextToken, FailureCode.EmptyReply,
            "The reply is empty: the service has ended the session, as WCF does after an unhandled exception. The next call opens a new "
            + "one."),
        AwaitedReply.OfHandshake => new(SecureConversationFailure.InvalidSecurity, FailureCode.EmptyReply,
            "The answer to the session request is empty: what answers there is no service with secure conversation of this kind. Check the "
            + "address, EstablishSecurityContext, and the versions of the binding."),
        _ => new(SecureConversationFailure.InvalidSecurity, FailureCode.EmptyReply,
            "The reply was refused: it is empty. Mark requests that get no reply by SecureConversationRequestOptions.OneWay."),
    };

    /// <summary>Whether it is SOAP in some encoding.</summary>
    public static bool IsSoap(HttpContent content) => IsSoap(content, MessageEncoding.Mtom) || IsSoap(content, MessageEncoding.Binary);

    // Both versions of SOAP are taken here: verification says that the reply has another one than the request.
    private static bool IsSoap(HttpContent content, MessageEncoding encoding) => ContentTypeOf(content) is { } type
        && (EnvelopeEncoding.IsContentTypeOf(type, encoding, MessageVersion.Soap12)
            || EnvelopeEncoding.IsContentTypeOf(type, encoding, MessageVersion.Soap11));

    private static string? ContentTypeOf(HttpContent content) =>
        content.Headers.NonValidated.TryGetValues("Content-Type", out var values) && values.Count == 1 ? values.ToString() : null;

    private static HttpRequestException NoSoap(HttpStatusCode status, Exception? inner) =>
        new($"The service answered with HTTP status {(int)status} and no SOAP envelope.{HintOf(status)}", inner, status);

    private static string HintOf(HttpStatusCode status) => status == HttpStatusCode.RequestEntityTooLarge
        ? " The request is larger than the service takes: raise its limit, MaxRequestBytes of SecureConversationServiceOptions, in WCF "
            + "MaxReceivedMessageSize of the binding."
        : "";
}
