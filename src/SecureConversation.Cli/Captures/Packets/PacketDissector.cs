using System.Net;
using PacketDotNet;

namespace SecureConversation.Cli.Captures.Packets;

/// <summary>Finds the segment of TCP in a packet.</summary>
internal static class PacketDissector
{
    private const int LinkTypeNull = 0;
    private const int LinkTypeLoop = 108;
    private const int LengthOfFamily = 4;

    /// <summary>The segment of TCP; null where the packet has none.</summary>
    /// <exception cref="InvalidDataException">It is a fragment, or it contradicts itself.</exception>
    public static TcpSegment? Dissect(RecordedPacket packet)
    {
        try
        {
            var ip = Parse(packet).Extract<IPPacket>();
            if (ip is null)
            {
                return null;
            }

            if (ip is IPv4Packet { FragmentOffset: not 0 } or IPv4Packet { FragmentFlags: 1 or 3 or 5 or 7 })
            {
                throw new InvalidDataException("fragments of IP packets, which are not put together");
            }

            return ip.Extract<TcpPacket>() is { } tcp
                ? new TcpSegment(new IPEndPoint(ip.SourceAddress, tcp.SourcePort),
                    new IPEndPoint(ip.DestinationAddress, tcp.DestinationPort), tcp, Payload(ip, tcp))
                : null;
        }
        catch (Exception e) when (e is not (InvalidDataException or OutOfMemoryException))
        {
            // The library throws what its arrays throw where a length in a packet is wrong.
            throw new InvalidDataException("packets that contradict themselves", e);
        }
    }

    // A loopback interface puts the family of the address before the packet, which tells nothing that the packet does not.
    private static Packet Parse(RecordedPacket packet) => packet.LinkType switch
    {
        LinkTypeNull or LinkTypeLoop when packet.Bytes.Length > LengthOfFamily =>
            Packet.ParsePacket(LinkLayers.Raw, packet.Bytes[LengthOfFamily..]),
        12 or 14 or 228 or 229 => Packet.ParsePacket(LinkLayers.Raw, packet.Bytes),
        var other => Packet.ParsePacket((LinkLayers)other, packet.Bytes),
    };

    // Short frames are padded: the header of IP says where the packet ends.
    private static byte[] Payload(IPPacket ip, TcpPacket tcp)
    {
        var payload = tcp.PayloadData ?? tcp.PayloadPacket?.Bytes ?? [];
        if (ip is not IPv4Packet { TotalLength: > 0 } v4)
        {
            return payload;
        }

        var length = v4.TotalLength - (4 * v4.HeaderLength) - (4 * tcp.DataOffset);
        return length < 0 ? [] : length < payload.Length ? payload[..length] : payload;
    }
}

/// <summary>A segment of TCP.</summary>
internal sealed record TcpSegment(IPEndPoint From, IPEndPoint To, TcpPacket Header, byte[] Payload);
