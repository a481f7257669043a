using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// Receives canonical bytes, and refuses those beyond a budget before it takes memory for them. The bytes may be decrypted content, so the
/// buffer is zeroed before it returns to its pool.
/// </summary>
internal abstract class CanonicalSink : IDisposable
{
    private byte[] _buffer;
    private int _written;
    private int _room;

    private protected CanonicalSink(int capacity, long budget)
    {
        _buffer = Buffers.Rent<byte>(capacity);
        Remaining = budget;
        MakeRoom();
    }

    /// <summary>The bytes in the buffer.</summary>
    private protected ReadOnlySpan<byte> Buffered => _buffer.AsSpan(0, _written);

    private protected int Capacity => _buffer.Length;

    /// <summary>Bytes that may still be written, those in the buffer included.</summary>
    private protected long Remaining { get; set; }

    /// <exception cref="SecurityFailureException">The budget is used up.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _room - _written)
        {
            Exceed(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_written));
        _written += bytes.Length;
    }

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void Write(byte value)
    {
        if (_written == _room)
        {
            Exceed([value]);
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
            _room = 0;
            Buffers.Return(old);
        }
    }

    /// <summary>Receives bytes that are within the budget and do not fit into the buffer.</summary>
    private protected abstract void Overflow(ReadOnlySpan<byte> bytes);

    /// <summary>Zeroes the buffer.</summary>
    private protected void Empty()
    {
        CryptographicOperations.ZeroMemory(_buffer.AsSpan(0, _written));
        _written = 0;
        MakeRoom();
    }

    private protected void Grow(int more)
    {
        var old = _buffer;
        var size = Math.Min(Math.Max(old.Length, 256) * 2L, Math.Min(Remaining, Array.MaxLength));
        var larger = Buffers.Rent<byte>((int)Math.Max(size, (long)_written + more));
        Buffered.CopyTo(larger);
        _buffer = larger;
        MakeRoom();
        CryptographicOperations.ZeroMemory(old.AsSpan(0, _written));
        Buffers.Return(old);
    }

    private void Exceed(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Remaining - _written)
        {
            Fail.With(FailureCode.LimitExceeded, "canonical form");
        }

        Overflow(bytes);
    }

    private void MakeRoom() => _room = (int)Math.Min(_buffer.Length, Remaining);
}

/// <summary>Keeps all canonical bytes.</summary>
/// <param name="budget">The most bytes that it keeps.</param>
/// <param name="capacity">The bytes to begin with.</param>
internal sealed class BufferSink(int budget, int capacity = 4096) : CanonicalSink(Math.Min(capacity, budget), budget)
{
    public ReadOnlySpan<byte> WrittenSpan => Buffered;

    private protected override void Overflow(ReadOnlySpan<byte> bytes)
    {
        Grow(bytes.Length);
        Write(bytes);
    }
}

/// <summary>Passes canonical bytes on to a buffer of the caller, which grows with them.</summary>
/// <param name="output">The buffer.</param>
/// <param name="budget">The most bytes that it passes on.</param>
internal sealed class CopySink(PooledBytes output, long budget = long.MaxValue) : CanonicalSink(4096, budget)
{
    /// <summary>Passes on what was written so far.</summary>
    public void Flush()
    {
        output.Write(Buffered);
        Remaining -= Buffered.Length;
        Empty();
    }

    private protected override void Overflow(ReadOnlySpan<byte> bytes)
    {
        Flush();
        if (bytes.Length > Capacity)
        {
            output.Write(bytes);
            Remaining -= bytes.Length;
        }
        else
        {
            Write(bytes);
        }
    }
}

/// <summary>Computes the digest of canonical bytes in constant memory. Short input is hashed in one call.</summary>
/// <remarks>The budget counts the bytes of all digests together: a message may have many references.</remarks>
internal sealed class DigestSink(HashAlgorithmName algorithm, long budget = long.MaxValue) : CanonicalSink(BufferSize, budget)
{
    private const int BufferSize = 32 * 1024;
    private IncrementalHash? _hash;
    private bool _spilled;

    /// <summary>Length in bytes of the digests.</summary>
    public int HashSize { get; } = SizeOf(algorithm);

    /// <summary>Bytes that were digested or discarded.</summary>
    public long Spent { get; private set; }

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
        Spend(Buffered.Length);
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

        Spend(Buffered.Length);
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
        Spend(Buffered.Length);
        if (bytes.Length >= Capacity)
        {
            _hash.AppendData(bytes);
            Spend(bytes.Length);
        }
        else
        {
            Write(bytes);
        }
    }

    private void Spend(int bytes)
    {
        Spent += bytes;
        Remaining -= bytes;
        Empty();
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
