using System.Net;

namespace SecureConversation.Http.Internal;

/// <summary>The entity body of a response as UTF-8, nothing of it verified yet; empty when there was none.</summary>
internal sealed class SoapResponse : IDisposable
{
    private readonly PooledBuffer? _entity;
    private readonly ReadOnlyMemory<byte> _envelope;
    private readonly HttpStatusCode _status;

    private SoapResponse(PooledBuffer? entity, ReadOnlyMemory<byte> envelope, HttpResponseMessage response)
    {
        _entity = entity;
        _envelope = envelope;
        _status = response.StatusCode;
        IsSuccess = response.IsSuccessStatusCode;
        Version = response.Version;
    }

    public bool IsSuccess { get; }
    public Version Version { get; }

    /// <exception cref="HttpRequestException">An error without SOAP, or a body that is too large.</exception>
    /// <exception cref="SecureConversationException">A success that is no SOAP.</exception>
    public static async Task<SoapResponse> ReadAsync(HttpResponseMessage response, int maxBytes, bool isOneWay, CancellationToken cancellationToken)
    {
        // What came back for a one-way message that was taken over is nobody's.
        if (isOneWay && response.IsSuccessStatusCode)
        {
            return new SoapResponse(null, default, response);
        }

        if (!response.IsSuccessStatusCode && !IsSoap(response.Content))
        {
            throw NoSoap(response.StatusCode, null);
        }

        var entity = await PooledBuffer.ReadAsync(response.Content, maxBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            if (entity.Length == 0)
            {
                return response.IsSuccessStatusCode ? new SoapResponse(entity, default, response) : throw NoSoap(response.StatusCode, null);
            }

            if (!IsSoap(response.Content))
            {
                throw new SecureConversationException(SecureConversationFailure.InvalidSecurity, FailureCode.ContentTypeMismatch,
                    $"The reply was refused: its media type '{response.Content.Headers.ContentType?.MediaType}' is not that of SOAP.");
            }

            return new SoapResponse(entity, EnvelopeEncoding.ToUtf8(entity.Written, response.Content.Headers.ContentType!.CharSet), response);
        }
        catch
        {
            entity.Dispose();
            throw;
        }
    }

    /// <summary>Hands the envelope to the object that verifies it.</summary>
    /// <exception cref="HttpRequestException">The HTTP status is an error and the body no envelope, whatever its media type says.</exception>
    /// <exception cref="SecureConversationException">The reply is missing or refused.</exception>
    public T Verify<T>(Func<ReadOnlyMemory<byte>, T> verify)
    {
        if (_envelope.IsEmpty)
        {
            throw new SecureConversationException(SecureConversationFailure.InvalidSecurity, FailureCode.NotAnEnvelope,
                "The reply was refused: it is empty. Mark requests that get no reply by SecureConversationRequestOptions.OneWay.");
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

    // Either version: that the reply has another one than the request is for verification to say.
    private static bool IsSoap(HttpContent content) => content.Headers.ContentType?.MediaType is { } type
        && (type.Equals("application/soap+xml", StringComparison.OrdinalIgnoreCase) || type.Equals("text/xml", StringComparison.OrdinalIgnoreCase));

    private static HttpRequestException NoSoap(HttpStatusCode status, Exception? inner) =>
        new($"The service answered with HTTP status {(int)status} and no SOAP envelope.", inner, status);
}
