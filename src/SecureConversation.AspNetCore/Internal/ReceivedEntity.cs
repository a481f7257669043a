using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>The entity body of a request, in memory that grows with what arrives and counts as such until it is disposed of.</summary>
/// <param name="limit">The most bytes that it takes.</param>
/// <param name="announced">The declared length; 0 when there is none. It does not make the memory grow.</param>
/// <param name="memory">Where the bytes count.</param>
/// <param name="holding">For whom they count.</param>
internal sealed class ReceivedEntity(int limit, int announced, RequestMemory memory, Holding holding) : IDisposable
{
    private readonly PooledBuffer _buffer = new(limit, announced);

    public ReadOnlyMemory<byte> Written => _buffer.Written;

    /// <summary>Appends bytes; returns the status to refuse the request with, null when it took them.</summary>
    public int? Append(in ReadOnlySequence<byte> arrived)
    {
        if (arrived.Length > limit - _buffer.Length)
        {
            return StatusCodes.Status413PayloadTooLarge;
        }

        var more = Math.Max(0, _buffer.Length + arrived.Length - RequestMemory.Uncounted) - holding.Bytes;
        if (more > 0 && !memory.TryTake(holding, more))
        {
            return StatusCodes.Status503ServiceUnavailable;
        }

        foreach (var segment in arrived)
        {
            _buffer.Write(segment.Span);
        }

        return null;
    }

    public void Dispose()
    {
        _buffer.Dispose();
        memory.Release(holding);
    }
}
