using System.Buffers;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Xml;

/// <summary>Receives canonical bytes. They may be decrypted content, so the buffer is zeroed before it returns to its pool.</summary>
internal abstract class CanonicalSink : IDisposable
{
    private byte[] _buffer;
    private int _written;

    private protected CanonicalSink(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>The bytes in the buffer.</summary>
    private protected ReadOnlySpan<byte> Buffered => _buffer.AsSpan(0, _written);

    private protected int Capacity => _buffer.Length;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _written)
        {
            Overflow(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_written));
        _written += bytes.Length;
    }

    public void Write(byte value)
    {
        if (_written == _buffer.Length)
        {
            Overflow([value]);
            return;
        }

        _buffer[_written++] = value;
    }

    /// <summary>Discards and zeroes all bytes.</summary>
    public virtual void Reset() => Empty();

    public virtual void Dispose()
    {
        var old = _buffer;
        _buffer = [];
        if (old.Length != 0)
        {
            CryptographicOperations.ZeroMemory(old.AsSpan(0, _written));
            _written = 0;
            ArrayPool<byte>.Shared.Return(old);
        }
    }

    /// <summary>Receives bytes that do not fit into the buffer.</summary>
    private protected abstract void Overflow(ReadOnlySpan<byte> bytes);

    private protected void Empty()
    {
        CryptographicOperations.ZeroMemory(_buffer.AsSpan(0, _written));
        _written = 0;
    }

    private protected void Grow(int more)
    {
        var old = _buffer;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(old.Length, 256) * 2, _written + more));
        Buffered.CopyTo(larger);
        _buffer = larger;
        CryptographicOperations.ZeroMemory(old.AsSpan(0, _written));
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

/// <summary>Computes the digest of canonical bytes in constant memory. Short input is hashed in one call.</summary>
internal sealed class DigestSink(HashAlgorithmName algorithm) : CanonicalSink(BufferSize)
{
    private const int BufferSize = 32 * 1024;
    private IncrementalHash? _hash;
    private bool _spilled;

    /// <summary>Length in bytes of the digests.</summary>
    public int HashSize { get; } = SizeOf(algorithm);

    /// <summary>Writes the digest of all bytes since the last call and resets the sink.</summary>
    public int GetHash(Span<byte> destination)
    {
        int length;
        if (_spilled)
        {
            _hash!.AppendData(Buffered);
            length = _hash.GetHashAndReset(destination);
        }
        else
        {
            length = CryptographicOperations.HashData(algorithm, Buffered, destination);
        }

        _spilled = false;
        Empty();
        return length;
    }

    public override void Reset()
    {
        if (_spilled)
        {
            Span<byte> discarded = stackalloc byte[HashSize];
            _hash!.GetHashAndReset(discarded);
            _spilled = false;
        }

        base.Reset();
    }

    public override void Dispose()
    {
        _hash?.Dispose();
        _hash = null;
        base.Dispose();
    }

    private protected override void Overflow(ReadOnlySpan<byte> bytes)
    {
        _hash ??= IncrementalHash.CreateHash(algorithm);
        _spilled = true;
        _hash.AppendData(Buffered);
        Empty();
        if (bytes.Length >= Capacity)
        {
            _hash.AppendData(bytes);
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
