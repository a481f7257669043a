using System.Buffers;
using System.Security.Cryptography;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>A growing buffer from the shared pool, bounded, and cleared on return since it holds plaintext.</summary>
/// <param name="limit">Most bytes that it takes.</param>
/// <param name="capacity">Bytes to begin with.</param>
internal sealed class PooledBuffer(int limit, int capacity = 4096) : IBufferWriter<byte>, IDisposable
{
    private byte[]? _array = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    /// <summary>Whether more was written than the limit allows; the rest is lost.</summary>
    public bool IsOverrun { get; private set; }

    public ReadOnlyMemory<byte> Memory => Array.AsMemory(0, Length);

    private byte[] Array => _array ?? throw new ObjectDisposedException(nameof(PooledBuffer));

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(Array.Length - Length), nameof(count));
        Length += count;
        if (Length > limit)
        {
            throw Overrun();
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return Array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
        {
            CryptographicOperations.ZeroMemory(array.AsSpan(0, Length));
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private void Reserve(int count)
    {
        var old = Array;
        count = Math.Max(count, 1);
        if (count <= old.Length - Length)
        {
            return;
        }

        // Writers ask for more than they use, so the limit is held when they advance; this only bounds the allocation.
        var wanted = (long)Length + count;
        if (wanted > (2L * limit) + 4096 || wanted > System.Array.MaxLength)
        {
            throw Overrun();
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(wanted, Math.Min(old.Length * 2L, limit)));
        old.AsSpan(0, Length).CopyTo(larger);
        _array = larger;
        CryptographicOperations.ZeroMemory(old.AsSpan(0, Length));
        ArrayPool<byte>.Shared.Return(old);
    }

    private InvalidOperationException Overrun()
    {
        IsOverrun = true;
        return new InvalidOperationException($"More than the limit of {limit} bytes was written.");
    }
}
