using System.Buffers;
using System.Security.Cryptography;

namespace SecureConversation.Http.Internal;

/// <summary>A growing buffer from the shared pool, also as a stream to write to. It may hold plaintext, so it is cleared on return.</summary>
internal sealed class PooledBuffer(int capacity = 4096) : Stream, IBufferWriter<byte>
{
    private const int LargestFirstRent = 1024 * 1024;

    private byte[] _array = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, _length);

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Reads an entity body of a response, at most <paramref name="limit"/> bytes of it.</summary>
    /// <exception cref="HttpRequestException">The body is larger, or reading failed.</exception>
    public static async Task<PooledBuffer> ReadAsync(HttpContent content, int limit, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength ?? 0;
        ThrowIfTooLarge(announced, limit);

        // The announced length is the word of the peer: it may not make us rent much before bytes arrive.
        var buffer = new PooledBuffer((int)Math.Clamp(announced + 1, 4096, LargestFirstRent));
        try
        {
            using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            int read;
            while ((read = await stream.ReadAsync(buffer.GetMemory(), cancellationToken).ConfigureAwait(false)) > 0)
            {
                buffer.Advance(read);
                ThrowIfTooLarge(buffer._length, limit);
            }

            return buffer;
        }
        catch (IOException e)
        {
            buffer.Dispose();
            throw new HttpRequestException((e as HttpIOException)?.HttpRequestError ?? HttpRequestError.Unknown, "The response could not be read to its end.", e);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - _length), nameof(count));
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        buffer.CopyTo(GetSpan(buffer.Length));
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Return(Interlocked.Exchange(ref _array, []), Interlocked.Exchange(ref _length, 0));
        base.Dispose(disposing);
    }

    private static void ThrowIfTooLarge(long size, int limit)
    {
        if (size > limit)
        {
            throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, $"The response is larger than MaxResponseBytes ({limit}).");
        }
    }

    private void Reserve(int count)
    {
        if (count <= _array.Length - _length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(checked((int)Math.Min(Array.MaxLength, Math.Max((long)_length + count, _array.Length * 2L))));
        _array.AsSpan(0, _length).CopyTo(larger);
        Return(_array, _length);
        _array = larger;
    }

    private static void Return(byte[] array, int used)
    {
        if (array.Length > 0)
        {
            CryptographicOperations.ZeroMemory(array.AsSpan(0, used));
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
