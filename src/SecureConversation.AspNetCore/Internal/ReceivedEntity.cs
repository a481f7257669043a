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
    // What becomes of a body in another encoding than text; the engine takes as much.
    private const int Growth = 2;

    private readonly PooledBuffer _buffer = new(limit, announced);
    private DecodedEnvelope? _decoded;

    /// <summary>The envelope as text. Empty before <see cref="Decode"/>.</summary>
    public ReadOnlyMemory<byte> Envelope => _decoded?.Envelope ?? default;

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

    /// <summary>
    /// Makes the envelope of the body that has arrived; returns the status to refuse the request with, null when there is one. Text is the
    /// envelope itself; of another encoding it takes the place of the body.
    /// </summary>
    /// <exception cref="SecureConversationException">The body is not what its Content-Type says.</exception>
    public int? Decode(string? contentType)
    {
        _decoded = EnvelopeEncoding.Decode(
            _buffer.Written, contentType, (int)Math.Min(int.MaxValue, ((long)Growth * limit) + RequestMemory.Uncounted));
        if (!_decoded.HasOwnBuffer)
        {
            return null;
        }

        _buffer.Dispose();
        var more = Math.Max(0, _decoded.Envelope.Length - RequestMemory.Uncounted) - holding.Bytes;
        return more > 0 && !memory.TryTake(holding, more) ? StatusCodes.Status503ServiceUnavailable : null;
    }

    public void Dispose()
    {
        _decoded?.Dispose();
        _buffer.Dispose();
        memory.Release(holding);
    }
}
