using System.Buffers.Binary;

namespace SecureConversation.Cli.Captures.Packets;

/// <summary>Files of the format pcap: a header of 24 bytes, and before each packet one of 16.</summary>
internal static class PcapFile
{
    private const uint Microseconds = 0xA1B2C3D4;
    private const uint Nanoseconds = 0xA1B23C4D;

    // The upper bits say how long the checksum of a frame is.
    private const uint LinkTypeMask = 0x0FFF_FFFF;

    public static bool IsStart(ReadOnlySpan<byte> bytes) => bytes.Length >= 4
        && (BinaryPrimitives.ReadUInt32LittleEndian(bytes) is Microseconds or Nanoseconds
            || BinaryPrimitives.ReadUInt32BigEndian(bytes) is Microseconds or Nanoseconds);

    public static IEnumerable<RecordedPacket> Read(Stream input)
    {
        var file = new PacketStream(input);
        var header = file.Next(24) ?? throw new InvalidDataException("it is empty.");
        file.IsBigEndian = BinaryPrimitives.ReadUInt32BigEndian(header) is Microseconds or Nanoseconds;
        var isNanoseconds = file.UInt32(header) == Nanoseconds;
        var linkType = (int)(file.UInt32(header.AsSpan(20)) & LinkTypeMask);
        while (file.Next(16) is { } record)
        {
            long fraction = file.UInt32(record.AsSpan(4));
            var ticks = isNanoseconds ? fraction / TimeSpan.NanosecondsPerTick : fraction * TimeSpan.TicksPerMicrosecond;
            var instant = DateTimeOffset.UnixEpoch.AddTicks((file.UInt32(record) * TimeSpan.TicksPerSecond) + ticks);
            var bytes = file.Next(file.UInt32(record.AsSpan(8))) ?? throw new InvalidDataException("it ends in the middle of a packet.");
            yield return new RecordedPacket(linkType, instant, bytes);
        }
    }
}
