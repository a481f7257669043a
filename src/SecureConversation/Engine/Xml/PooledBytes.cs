using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// A growing byte buffer from the shared pool. It may hold plaintext or keys, so it is zeroed before it returns to the pool.
/// </summary>
internal sealed class PooledBytes(int capacity = 4096) : IBufferWriter<byte>, IDisposable
{
    private static readonly SearchValues<char> TextSpecials = SearchValues.Create("&<>\r");
    private static readonly SearchValues<char> AttributeSpecials = SearchValues.Create("&<\"\t\n\r");

    private byte[] _array = Buffers.Rent<byte>(capacity);

    public int Length { get; private set; }

    /// <summary>How much memory it takes.</summary>
    public int Capacity => _array.Length;

    public ReadOnlySpan<byte> Span => _array.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - Length), nameof(count));
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsSpan(Length);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _array.Length - Length)
        {
            Reserve(bytes.Length);
        }

        bytes.CopyTo(_array.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Writes text that needs no escaping: Ids, known URIs, numbers.</summary>
    public void WriteText(string text)
    {
        // Nearly all of it is ASCII.
        var room = _array.AsSpan(Length);
        if (Ascii.FromUtf16(text, room, out var written) == OperationStatus.Done)
        {
            Length += written;
            return;
        }

        // A part of it stands there, which nobody zeroes should the buffer be replaced.
        room[..Math.Min(text.Length, room.Length)].Clear();
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, _array.AsSpan(Length));
    }

    /// <summary>Writes character data in canonical form (Canonical XML 1.0 section 2.3).</summary>
    public void WriteEscaped(string text)
    {
        if (!text.AsSpan().ContainsAny(TextSpecials))
        {
            WriteText(text);
            return;
        }

        WriteText(text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\r", "&#xD;", StringComparison.Ordinal));
    }

    /// <summary>Writes the value of an attribute with double quotes in canonical form (Canonical XML 1.0 section 2.3).</summary>
    public void WriteAttribute(string text)
    {
        if (!text.AsSpan().ContainsAny(AttributeSpecials))
        {
            WriteText(text);
            return;
        }

        WriteText(text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("\t", "&#x9;", StringComparison.Ordinal)
            .Replace("\n", "&#xA;", StringComparison.Ordinal).Replace("\r", "&#xD;", StringComparison.Ordinal));
    }

    public void WriteBase64(ReadOnlySpan<byte> bytes)
    {
        Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, _array.AsSpan(Length), out _, out var written);
        Length += written;
    }

    /// <summary>Removes and zeroes the bytes after <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        CryptographicOperations.ZeroMemory(_array.AsSpan(length, Length - length));
        Length = length;
    }

    public void Dispose()
    {
        var array = Interlocked.Exchange(ref _array, []);
        if (array.Length > 0)
        {
            CryptographicOperations.ZeroMemory(array.AsSpan(0, Length));
            Length = 0;
            Buffers.Return(array);
        }
    }

    private void Reserve(int count)
    {
        if (count <= _array.Length - Length)
        {
            return;
        }

        var capacity = Math.Min(Array.MaxLength, Math.Max((long)Length + count, _array.Length * 2L));
        var larger = Buffers.Rent<byte>(checked((int)capacity));
        Span.CopyTo(larger);
        var old = _array;
        _array = larger;
        CryptographicOperations.ZeroMemory(old.AsSpan(0, Length));
        Buffers.Return(old);
    }
}
