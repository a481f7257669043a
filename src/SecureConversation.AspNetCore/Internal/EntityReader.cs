using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Reads the entity body of a request out of the pipe of the server.</summary>
internal static class EntityReader
{
    // A client may declare more than it sends, so the declared length alone does not make us rent more than this.
    private const int MaxInitialCapacity = 64 * 1024;

    /// <summary>The whole body; null as soon as it exceeds the limit.</summary>
    public static async ValueTask<PooledBuffer?> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return null;
        }

        var reader = request.BodyReader;
        var entity = new PooledBuffer(limit, (int)Math.Min(request.ContentLength ?? 4096, MaxInitialCapacity));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var arrived = result.Buffer;
                if (arrived.Length > limit - entity.Length)
                {
                    reader.AdvanceTo(arrived.End);
                    entity.Dispose();
                    return null;
                }

                foreach (var segment in arrived)
                {
                    entity.Write(segment.Span);
                }

                reader.AdvanceTo(arrived.End);
                if (result.IsCompleted)
                {
                    return entity;
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
