using System.Buffers.Binary;

namespace SecureConversation.Cli.Captures.Packets;

/// <summary>Reads numbers in the byte order of the file, and counts what was read.</summary>
internal sealed class PacketStream(Stream input)
{
    /// <summary>Bytes of one packet or block. Those that tools write are far smaller.</summary>
    public const int MaxBlockBytes = 16 << 20;

    private long _read;

    public bool IsBigEndian { get; set; }

    /// <summary>The next bytes; null at the end of the file.</summary>
    /// <exception cref="InvalidDataException">The file ends in the middle of them, or is too long.</exception>
    public byte[]? Next(long count)
    {
        if (count is < 0 or > MaxBlockBytes)
        {
            throw new InvalidDataException($"a packet claims to have {count} bytes.");
        }

        _read += count;
        if (_read > CaptureLimits.MaxPacketFileBytes)
        {
            throw new InvalidDataException($"it has more than {CaptureLimits.Mebibytes(CaptureLimits.MaxPacketFileBytes)}.");
        }

        var bytes = new byte[count];
        var read = input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == count ? bytes : read == 0 ? null : throw new InvalidDataException("it ends in the middle of a packet.");
    }

    public uint UInt32(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    public ushort UInt16(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    public ulong UInt64(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
