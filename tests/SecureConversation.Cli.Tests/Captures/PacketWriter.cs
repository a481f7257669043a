using System.Buffers.Binary;
using System.Net;

namespace SecureConversation.Cli.Tests.Captures;

/// <summary>Makes packets of one connection, and files of them.</summary>
internal sealed class PacketWriter(PacketForm form)
{
    private const ushort ClientPort = 50123;
    private const ushort ServerPort = 8080;
    private readonly List<(byte[] Bytes, DateTimeOffset Instant)> _packets = [];

    // Near the end of the numbers, so that they wrap.
    private uint _client = uint.MaxValue - 1000;
    private uint _server = 7;

    public void Open(DateTimeOffset instant)
    {
        Put(Segment(true, _client++, 0x02, []), instant);
        Put(Segment(false, _server++, 0x12, []), instant);
    }

    /// <summary>The segments of a message, to be put in any order.</summary>
    public List<byte[]> Segments(bool isFromClient, byte[] bytes, int size = 700)
    {
        var segments = new List<byte[]>();
        foreach (var part in bytes.Chunk(size))
        {
            ref var sequence = ref isFromClient ? ref _client : ref _server;
            segments.Add(Segment(isFromClient, sequence, 0x18, part));
            sequence = unchecked(sequence + (uint)part.Length);
        }

        return segments;
    }

    public void Put(byte[] packet, DateTimeOffset instant) => _packets.Add((packet, instant));

    public void Put(IEnumerable<byte[]> packets, DateTimeOffset instant) => _packets.AddRange(packets.Select(packet => (packet, instant)));

    public byte[] ToPcap(bool isBigEndian = false)
    {
        var output = new MemoryStream();
        Numbers(output, isBigEndian, 0xA1B23C4D, 0x00040002, 0, 0, 262144, (uint)form.LinkType);
        foreach (var (bytes, instant) in _packets)
        {
            var ticks = (instant - DateTimeOffset.UnixEpoch).Ticks;
            Numbers(output, isBigEndian, (uint)(ticks / TimeSpan.TicksPerSecond), (uint)(ticks % TimeSpan.TicksPerSecond * 100),
                (uint)bytes.Length, (uint)bytes.Length);
            output.Write(bytes);
        }

        return output.ToArray();
    }

    public byte[] ToPcapNg()
    {
        var output = new MemoryStream();
        Numbers(output, false, 0x0A0D0D0A, 28, 0x1A2B3C4D, 0x00000001, uint.MaxValue, uint.MaxValue, 28);
        // if_tsresol (9) is 10 to the power of -7.
        Numbers(output, false, 1, 32, (uint)form.LinkType, 0, 0x00010009, 7, 0, 32);
        foreach (var (bytes, instant) in _packets)
        {
            var padded = (bytes.Length + 3) & ~3;
            var ticks = (ulong)(instant - DateTimeOffset.UnixEpoch).Ticks;
            Numbers(output, false, 6, (uint)(padded + 32), 0, (uint)(ticks >> 32), unchecked((uint)ticks), (uint)bytes.Length, (uint)bytes.Length);
            output.Write(bytes);
            output.Write(new byte[padded - bytes.Length]);
            Numbers(output, false, (uint)(padded + 32));
        }

        return output.ToArray();
    }

    private static void Numbers(Stream output, bool isBigEndian, params ReadOnlySpan<uint> numbers)
    {
        foreach (var number in numbers)
        {
            output.Write(BitConverter.GetBytes(isBigEndian == BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(number) : number));
        }
    }

    private byte[] Segment(bool isFromClient, uint sequence, byte flags, byte[] payload)
    {
        var tcp = new byte[20 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, isFromClient ? ClientPort : ServerPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), isFromClient ? ServerPort : ClientPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), sequence);
        tcp[12] = 0x50;
        tcp[13] = flags;
        payload.CopyTo(tcp, 20);
        return [.. form.Link, .. form.IsV6 ? V6(isFromClient, tcp) : V4(isFromClient, tcp)];
    }

    private static byte[] V4(bool isFromClient, byte[] content)
    {
        var packet = new byte[20 + content.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 6;
        IPAddress.Parse(isFromClient ? "10.0.0.1" : "10.0.0.2").GetAddressBytes().CopyTo(packet, 12);
        IPAddress.Parse(isFromClient ? "10.0.0.2" : "10.0.0.1").GetAddressBytes().CopyTo(packet, 16);
        content.CopyTo(packet, 20);
        return packet;
    }

    private static byte[] V6(bool isFromClient, byte[] content)
    {
        var packet = new byte[40 + content.Length];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)content.Length);
        packet[6] = 6;
        packet[7] = 64;
        IPAddress.Parse(isFromClient ? "fe80::1" : "fe80::2").GetAddressBytes().CopyTo(packet, 8);
        IPAddress.Parse(isFromClient ? "fe80::2" : "fe80::1").GetAddressBytes().CopyTo(packet, 24);
        content.CopyTo(packet, 40);
        return packet;
    }
}

/// <summary>What is below TCP.</summary>
/// <param name="LinkType">The number of the link type.</param>
/// <param name="Link">What comes before the packet of IP.</param>
/// <param name="IsV6">Whether that is IPv6.</param>
internal sealed record PacketForm(int LinkType, byte[] Link, bool IsV6)
{
    private static readonly byte[] Addresses = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];

    public static PacketForm Ethernet { get; } = new(1, [.. Addresses, 0x08, 0x00], false);

    public static PacketForm Named(string name) => name switch
    {
        "ethernet" => Ethernet,
        "ethernet, IPv6" => new(1, [.. Addresses, 0x86, 0xDD], true),
        "VLAN" => new(1, [.. Addresses, 0x81, 0x00, 0x00, 0x05, 0x08, 0x00], false),
        "loopback of BSD" => new(0, [2, 0, 0, 0], false),
        "loopback of BSD, IPv6" => new(0, [30, 0, 0, 0], true),
        "raw" => new(101, [], false),
        "cooked" => new(113, [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x08, 0x00], false),
        "cooked, version 2" => new(276, [0x08, 0x00, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], false),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
