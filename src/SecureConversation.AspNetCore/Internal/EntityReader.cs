using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Reads the entity body of a request out of the pipe of the server, which sees to it that senders are not too slow.</summary>
internal static class EntityReader
{
    /// <summary>The whole body, or the status to refuse the request with as soon as it exceeds a limit.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">The most bytes of one body.</param>
    /// <param name="memory">Where the bytes of all bodies count.</param>
    /// <param name="cancellationToken">Ends the reading when the client has gone.</param>
    public static async ValueTask<(ReceivedEntity? Entity, int Status)> ReadAsync(
        HttpRequest request, int limit, RequestMemory memory, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return (null, StatusCodes.Status413PayloadTooLarge);
        }

        var reader = request.BodyReader;
        var entity = new ReceivedEntity(limit, (int)(request.ContentLength ?? 0), memory);
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var refusal = entity.Append(result.Buffer);
                reader.AdvanceTo(result.Buffer.End);
                if (refusal is { } status)
                {
                    entity.Dispose();
                    return (null, status);
                }

                if (result.IsCompleted)
                {
                    return (entity, StatusCodes.Status200OK);
                }

                if (result.IsCanceled)
                {
                    throw new OperationCanceledException("Reading the request was cancelled.");
                }
            }
        }
        catch
        {
            entity.Dispose();
            throw;
        }
    }
}
