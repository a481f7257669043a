using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// Reads the entity body of a request out of the pipe of the server. The server sees to it that senders are not very slow; here a body
/// has a deadline as well, and ends early when another sender needs the memory more.
/// </summary>
/// <param name="limit">The most bytes of one body.</param>
/// <param name="timeout">How long a body may take.</param>
/// <param name="memory">Where the bytes of all bodies count.</param>
/// <param name="clock">Source of time.</param>
internal sealed class EntityReader(int limit, TimeSpan timeout, RequestMemory memory, TimeProvider clock)
{
    /// <summary>
    /// The whole body; or the status to refuse the request with as soon as it meets a limit; or why the body is not what its Content-Type
    /// says.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the reading when the client has gone.</param>
    public async ValueTask<(ReceivedEntity? Entity, int Status, SecureConversationException? Failure)> ReadAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return (null, StatusCodes.Status413PayloadTooLarge, null);
        }

        var reading = new Reading(request.BodyReader);
        var holding = memory.Begin(request.HttpContext.Connection.RemoteIpAddress, reading.Stop);
        var entity = new ReceivedEntity(limit, (int)(request.ContentLength ?? 0), memory, holding);
        try
        {
            var refusal = await ReadAsync(reading, entity, cancellationToken).ConfigureAwait(false);
            if (refusal is null && !reading.IsStopped)
            {
                refusal = entity.Decode(request.ContentType);
            }

            if (!reading.TryEnd() | !memory.TryComplete(holding))
            {
                refusal = StatusOf(holding);
            }

            if (refusal is not { } status)
            {
                return (entity, StatusCodes.Status200OK, null);
            }

            entity.Dispose();
            return (null, status, null);
        }
        catch (SecureConversationException e)
        {
            var isWhole = reading.TryEnd() & memory.TryComplete(holding);
            entity.Dispose();
            return isWhole ? (null, 0, e) : (null, StatusOf(holding), null);
        }
        catch
        {
            reading.TryEnd();
            entity.Dispose();
            throw;
        }
    }

    /// <summary>What is answered to a body that was stopped.</summary>
    private static int StatusOf(Holding holding) =>
        holding.IsGivenUp ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status408RequestTimeout;

    /// <summary>Reads to the end, or until it is stopped; the status to refuse the request with, or null.</summary>
    private async ValueTask<int?> ReadAsync(Reading reading, ReceivedEntity entity, CancellationToken cancellationToken)
    {
        ITimer? deadline = null;
        try
        {
            while (true)
            {
                var next = reading.Body.ReadAsync(cancellationToken);
                if (!next.IsCompleted)
                {
                    // Most bodies are there already, and need none.
                    deadline ??= clock.CreateTimer(
                        static reading => ((Reading)reading!).Stop(), reading, timeout, Timeout.InfiniteTimeSpan);
                }

                var result = await next.ConfigureAwait(false);
                var refusal = result.IsCanceled ? null : entity.Append(result.Buffer);
                reading.Body.AdvanceTo(result.Buffer.End);
                if (refusal is not null || result.IsCompleted || reading.IsStopped)
                {
                    return refusal;
                }

                if (result.IsCanceled)
                {
                    throw new OperationCanceledException("Reading the request was cancelled.");
                }
            }
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    /// <summary>
    /// The reading of one body. It is stopped by ending its pending read, and never after its end: the pipe may be that of the connection,
    /// which then belongs to the next request.
    /// </summary>
    private sealed class Reading(PipeReader body)
    {
        private readonly Lock _lock = new();
        private bool _hasEnded;

        public PipeReader Body => body;

        public bool IsStopped { get; private set; }

        public void Stop()
        {
            lock (_lock)
            {
                if (!_hasEnded && !IsStopped)
                {
                    IsStopped = true;
                    body.CancelPendingRead();
                }
            }
        }

        /// <summary>Notes the end; false when it was stopped, so that the connection must not be used again.</summary>
        public bool TryEnd()
        {
            lock (_lock)
            {
                _hasEnded = true;
                return !IsStopped;
            }
        }
    }
}
