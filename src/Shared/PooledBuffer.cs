using System.Buffers;
using System.Security.Cryptography;

namespace SecureConversation.Shared;

/// <summary>
/// A growing buffer, also as a stream to write to. Its memory is at most twice what was written, whatever was announced, or a quarter more
/// where a message left it (<see cref="LargeBuffers"/>), and none before the first byte. It may hold plaintext, so what was written is
/// zeroed before the memory goes back.
/// </summary>
/// <param name="limit">The most bytes that it takes.</param>
/// <param name="expected">The bytes that were announced; 0 when nothing was. A buffer that has grown so far asks for no more.</param>
internal sealed class PooledBuffer(int limit = int.MaxValue, int expected = 0) : Stream, IBufferWriter<byte>
{
    private const int SmallestBytes = 4096;

    private byte[]? _array = [];
    private int _length;

    /// <summary>Whether more was written than the limit allows. Writing fails with <see cref="InvalidOperationException"/> then.</summary>
    public bool IsOverrun { get; private set; }

    /// <summary>What was written so far. Valid until the next write and until disposal.</summary>
    public ReadOnlyMemory<byte> Written => Rented.AsMemory(0, _length);

    /// <summary>The bytes that it holds memory for.</summary>
    public int Capacity => Rented.Length;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    private byte[] Rented => _array ?? throw new ObjectDisposedException(nameof(PooledBuffer));

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(Rented.Length - _length), nameof(count));
        _length += count;
        if (_length > limit)
        {
            throw Overrun();
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return Rented.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        buffer.CopyTo(GetSpan(buffer.Length));
        Advance(buffer.Length);
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
        if (Interlocked.Exchange(ref _array, null) is { } array)
        {
            Return(array, _length);
        }

        base.Dispose(disposing);
    }

    private void Reserve(int count)
    {
        var old = Rented;
        if (count <= old.Length - _length)
        {
            return;
        }

        // Writers ask for more than they use: Advance holds the limit, and this only bounds what is rented.
        var wanted = (long)_length + count;
        if (wanted > (2L * limit) + 4096 || wanted > Array.MaxLength)
        {
            throw Overrun();
        }

        var larger = Buffers.Rent<byte>((int)Math.Max(wanted, Math.Min(NextSize(old.Length, wanted), Array.MaxLength)));
        old.AsSpan(0, _length).CopyTo(larger);
        _array = larger;
        Return(old, _length);
    }

    /// <summary>
    /// Twice the memory; on the way to an expected length the sizes are that length halved again and again, so that the last one fits and
    /// the one before it is half of it. One byte more than expected, so that a reader finds the end of its source without growing the
    /// buffer.
    /// </summary>
    private long NextSize(int size, long wanted)
    {
        var twice = Math.Max(size * 2L, SmallestBytes);
        if (expected < wanted)
        {
            return Math.Min(twice, limit);
        }

        var next = expected + 1L;
        while (next > twice)
        {
            next = (next / 2) + 1;
        }

        return Math.Max(next, wanted);
    }

    private static void Return(byte[] array, int used)
    {
        if (array.Length > 0)
        {
            CryptographicOperations.ZeroMemory(array.AsSpan(0, used));
            Buffers.Return(array);
        }
    }

    private InvalidOperationException Overrun()
    {
        IsOverrun = true;
        return new InvalidOperationException($"More than the limit of {limit} bytes was written.");
    }
}
