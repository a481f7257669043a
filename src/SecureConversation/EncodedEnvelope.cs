using System.Buffers.Text;
using SecureConversation.Encodings;
using SecureConversation.Engine.Xml;
using SecureConversation.Shared;

namespace SecureConversation;

/// <summary>
/// An envelope as an entity body of some encoding. It refers to the envelope, and has no second copy of its octets: those of MTOM are made
/// while they are sent. Dispose it to return its buffers.
/// </summary>
public sealed class EncodedEnvelope : IDisposable
{
    private const int ChunkSize = 64 * 1024;
    private const int QuantaOfChunk = ChunkSize / 3;

    private readonly List<EncodedSegment> _segments;
    private readonly PooledBytes? _own;

    internal EncodedEnvelope(string contentType, List<EncodedSegment> segments, PooledBytes? own = null)
    {
        ContentType = contentType;
        _segments = segments;
        _own = own;
        foreach (var segment in segments)
        {
            Length += segment.Length;
        }
    }

    /// <summary>The HTTP Content-Type of the entity body.</summary>
    public string ContentType { get; }

    /// <summary>Number of octets of the entity body.</summary>
    public long Length { get; }

    /// <summary>
    /// The entity body in chunks of at most 64 KiB. Each chunk is valid until the next one. Can be read more than once, by one reader at a
    /// time.
    /// </summary>
    public IEnumerable<ReadOnlyMemory<byte>> ReadChunks()
    {
        var buffer = Buffers.Rent<byte>(ChunkSize);
        try
        {
            var held = 0;
            foreach (var segment in _segments)
            {
                for (var rest = segment.Bytes; !rest.IsEmpty;)
                {
                    var taken = Take(segment.IsBase64, rest.Span, buffer.AsSpan(held, ChunkSize - held), out var written);
                    held += written;
                    rest = rest[taken..];
                    if (taken == 0 || held == ChunkSize)
                    {
                        yield return buffer.AsMemory(0, held);
                        held = 0;
                    }
                }
            }

            if (held > 0)
            {
                yield return buffer.AsMemory(0, held);
            }
        }
        finally
        {
            // The octets may be those of a body in clear.
            buffer.AsSpan().Clear();
            Buffers.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    /// <summary>Puts as much of a segment into a buffer as fits; how much of the segment that was.</summary>
    private static int Take(bool isBase64, ReadOnlySpan<byte> segment, Span<byte> buffer, out int written)
    {
        if (isBase64)
        {
            var part = segment[..Math.Min(segment.Length, Math.Min(buffer.Length / 3, QuantaOfChunk) * 4)];
            Base64.DecodeFromUtf8(part, buffer, out var taken, out written);
            return taken;
        }

        written = Math.Min(segment.Length, buffer.Length);
        segment[..written].CopyTo(buffer);
        return written;
    }
}
