using System.Buffers;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Xml;

/// <summary>Takes canonical bytes. The buffer is pooled and wiped: the bytes may be decrypted content.</summary>
internal abstract class CanonicalSink : IDisposable
{
    private byte[] buffer;
    private int written;

    private protected CanonicalSink(int capacity) => buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>What is in the buffer.</summary>
    private protected ReadOnlySpan<byte> Buffered => buffer.AsSpan(0, written);

    private protected int Capacity => buffer.Length;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > buffer.Length - written)
        {
            Overflow(bytes);
            return;
        }
        bytes.CopyTo(buffer.AsSpan(written));
        written += bytes.Length;
    }

    public void Write(byte value)
    {
        if (written == buffer.Length)
        {
            Overflow([value]);
            return;
        }
        buffer[written++] = value;
    }

    /// <summary>Forgets what was written.</summary>
    public virtual void Reset() => Empty();

    public virtual void Dispose()
    {
        byte[] old = buffer;
        buffer = [];
        if (old.Length != 0)
        {
            CryptographicOperations.ZeroMemory(old.AsSpan(0, written));
            written = 0;
            ArrayPool<byte>.Shared.Return(old);
        }
    }

    /// <summary>Takes bytes that do not fit into the buffer any more.</summary>
    private protected abstract void Overflow(ReadOnlySpan<byte> bytes);

    private protected void Empty()
    {
        CryptographicOperations.ZeroMemory(buffer.AsSpan(0, written));
        written = 0;
    }

    private protected void Grow(int more)
    {
        byte[] old = buffer;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(old.Length, 256) * 2, written + more));
        Buffered.CopyTo(larger);
        buffer = larger;
        CryptographicOperations.ZeroMemory(old.AsSpan(0, written));
        ArrayPool<byte>.Shared.Return(old);
    }
}

/// <summary>Keeps all canonical bytes.</summary>
internal sealed class BufferSink(int capacity = 4096) : CanonicalSink(capacity)
{
    public ReadOnlySpan<byte> WrittenSpan => Buffered;

    private protected override void Overflow(ReadOnlySpan<byte> bytes)
    {
        Grow(bytes.Length);
        Write(bytes);
    }
}

/// <summary>Digests canonical bytes in constant memory; a short text takes one call over the buffer.</summary>
internal sealed class DigestSink(HashAlgorithmName algorithm) : CanonicalSink(BufferSize)
{
    private const int BufferSize = 32 * 1024;
    private IncrementalHash? hash;
    private bool spilled;

    /// <summary>Length in bytes of the digests.</summary>
    public int HashSize { get; } = SizeOf(algorithm);

    /// <summary>Writes the digest of everything since the last call and begins anew.</summary>
    public int GetHash(Span<byte> destination)
    {
        int length;
        if (spilled)
        {
            hash!.AppendData(Buffered);
            length = hash.GetHashAndReset(destination);
        }
        else
        {
            length = CryptographicOperations.HashData(algorithm, Buffered, destination);
        }
        spilled = false;
        Empty();
        return length;
    }

    public override void Reset()
    {
        if (spilled)
        {
            Span<byte> discarded = stackalloc byte[HashSize];
            hash!.GetHashAndReset(discarded);
            spilled = false;
        }
        base.Reset();
    }

    public override void Dispose()
    {
        hash?.Dispose();
        hash = null;
        base.Dispose();
    }

    private protected override void Overflow(ReadOnlySpan<byte> bytes)
    {
        hash ??= IncrementalHash.CreateHash(algorithm);
        spilled = true;
        hash.AppendData(Buffered);
        Empty();
        if (bytes.Length >= Capacity)
        {
            hash.AppendData(bytes);
        }
        else
        {
            Write(bytes);
        }
    }

    private static int SizeOf(HashAlgorithmName algorithm) => algorithm.Name switch
    {
        "SHA1" => 20,
        "SHA256" => 32,
        "SHA384" => 48,
        "SHA512" => 64,
        _ => throw new NotSupportedException(algorithm.Name),
    };
}
