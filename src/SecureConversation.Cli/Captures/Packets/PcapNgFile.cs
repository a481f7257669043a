using System.Buffers.Binary;

namespace SecureConversation.Cli.Captures.Packets;

/// <summary>Files of the format pcapng: blocks of a type, a length, content and the length again.</summary>
internal sealed class PcapNgFile
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint InterfaceDescription = 1;
    private const uint ObsoletePacket = 2;
    private const uint SimplePacket = 3;
    private const uint EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1A2B3C4D;
    private const ushort OptionOfResolution = 9;
    private const ushort OptionOfOffset = 14;
    private const int MaxInterfaces = 1000;

    private readonly PacketStream _file;
    private readonly List<Interface> _interfaces = [];

    private PcapNgFile(Stream input) => _file = new PacketStream(input);

    public static bool IsStart(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 12 && BinaryPrimitives.ReadUInt32BigEndian(bytes) == SectionHeader
        && (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == ByteOrderMagic
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) == ByteOrderMagic);

    public static IEnumerable<RecordedPacket> Read(Stream input) => new PcapNgFile(input).Read();

    private IEnumerable<RecordedPacket> Read()
    {
        while (_file.Next(8) is { } head)
        {
            var content = BinaryPrimitives.ReadUInt32BigEndian(head) == SectionHeader ? ReadSection(head) : ReadContent(head, 0);
            switch (BinaryPrimitives.ReadUInt32BigEndian(head) == SectionHeader ? SectionHeader : _file.UInt32(head))
            {
                case InterfaceDescription when content.Length >= 8:
                    AddInterface(content);
                    break;
                case EnhancedPacket when content.Length >= 20:
                    yield return Packet(_file.UInt32(content), content.AsSpan(4), content.AsSpan(12), content.AsMemory(20));
                    break;
                case ObsoletePacket when content.Length >= 20:
                    yield return Packet(_file.UInt16(content), content.AsSpan(4), content.AsSpan(12), content.AsMemory(20));
                    break;
                case SimplePacket when content.Length >= 4:
                    yield return Simple(content);
                    break;
                default:
                    break;
            }
        }
    }

    // Each section has its own byte order and its own interfaces. The length comes before the order is known.
    private byte[] ReadSection(byte[] head)
    {
        var magic = Required(4);
        _file.IsBigEndian = BinaryPrimitives.ReadUInt32BigEndian(magic) == ByteOrderMagic;
        if (_file.UInt32(magic) != ByteOrderMagic)
        {
            throw new InvalidDataException("a section has no byte order.");
        }

        _interfaces.Clear();
        return ReadContent(head, 4);
    }

    private byte[] ReadContent(byte[] head, int alreadyRead)
    {
        var length = _file.UInt32(head.AsSpan(4));
        if (length < 12 + alreadyRead || length % 4 != 0)
        {
            throw new InvalidDataException($"a block claims to have {length} bytes.");
        }

        var rest = Required((long)length - 8 - alreadyRead);
        return rest[..^4];
    }

    private byte[] Required(long count) => _file.Next(count) ?? throw new InvalidDataException("it ends in the middle of a block.");

    private void AddInterface(byte[] content)
    {
        if (_interfaces.Count == MaxInterfaces)
        {
            throw new InvalidDataException($"it has more than {MaxInterfaces} interfaces.");
        }

        var (unitsOfSecond, offset) = ((UInt128)1_000_000, 0L);
        var options = content.AsSpan(8);
        while (options.Length >= 4)
        {
            var (code, length) = (_file.UInt16(options), _file.UInt16(options[2..]));
            var padded = (length + 3) & ~3;
            if (code == 0 || padded > options.Length - 4)
            {
                break;
            }

            if (code == OptionOfResolution && length >= 1)
            {
                unitsOfSecond = Resolution(options[4]);
            }
            else if (code == OptionOfOffset && length >= 8)
            {
                offset = unchecked((long)_file.UInt64(options[4..]));
            }

            options = options[(4 + padded)..];
        }

        _interfaces.Add(new Interface(_file.UInt16(content), unitsOfSecond, offset, _file.UInt32(content.AsSpan(4))));
    }

    // The first bit chooses between powers of ten and of two.
    private static UInt128 Resolution(byte value)
    {
        var (power, largest) = (value & 0x7F, value < 0x80 ? 18 : 63);
        if (power > largest)
        {
            throw new InvalidDataException("the clock of an interface has a resolution that cannot be.");
        }

        var units = UInt128.One;
        for (var i = 0; i < power; i++)
        {
            units *= value < 0x80 ? 10u : 2u;
        }

        return units;
    }

    private RecordedPacket Packet(uint number, ReadOnlySpan<byte> time, ReadOnlySpan<byte> length, ReadOnlyMemory<byte> data)
    {
        var from = InterfaceOf(number);
        var captured = _file.UInt32(length);
        if (captured > data.Length)
        {
            throw new InvalidDataException($"a packet claims to have {captured} bytes.");
        }

        var units = ((ulong)_file.UInt32(time) << 32) | _file.UInt32(time[4..]);
        return new RecordedPacket(from.LinkType, from.Instant(units), data[..(int)captured].ToArray());
    }

    private RecordedPacket Simple(byte[] content)
    {
        var from = InterfaceOf(0);
        var original = _file.UInt32(content);
        var snap = from.SnapLength == 0 ? uint.MaxValue : from.SnapLength;
        var captured = (int)Math.Min(Math.Min(original, snap), (uint)(content.Length - 4));
        return new RecordedPacket(from.LinkType, null, content.AsSpan(4, captured).ToArray());
    }

    private Interface InterfaceOf(uint number) => number < _interfaces.Count
        ? _interfaces[(int)number]
        : throw new InvalidDataException("a packet is of an interface that the file does not describe.");

    private sealed record Interface(int LinkType, UInt128 UnitsOfSecond, long OffsetSeconds, uint SnapLength)
    {
        private const long LastSecond = 253402300799;

        public DateTimeOffset? Instant(ulong units)
        {
            var seconds = (Int128)(units / UnitsOfSecond) + OffsetSeconds;
            var ticks = units % UnitsOfSecond * (uint)TimeSpan.TicksPerSecond / UnitsOfSecond;
            return seconds < 0 || seconds >= LastSecond
                ? null : DateTimeOffset.UnixEpoch.AddTicks(((long)seconds * TimeSpan.TicksPerSecond) + (long)ticks);
        }
    }
}
