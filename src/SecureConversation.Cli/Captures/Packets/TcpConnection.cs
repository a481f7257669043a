using System.Net;
using PacketDotNet;

namespace SecureConversation.Cli.Captures.Packets;

/// <summary>A connection: both sides in the order in which the capture saw them.</summary>
internal sealed class TcpConnection(IPEndPoint first, IPEndPoint second)
{
    private readonly TcpStream _ofFirst = new();
    private readonly TcpStream _ofSecond = new();
    private IPEndPoint? _client;

    /// <summary>Whether a SYN begins another connection of the same addresses and ports.</summary>
    public bool IsSucceededBy(IPEndPoint from, TcpPacket packet)
    {
        var stream = StreamOf(from);
        return packet is { Synchronize: true, Acknowledgment: false }
            && (stream.Initial is { } initial ? initial != packet.SequenceNumber : !stream.IsEmpty);
    }

    public void Add(IPEndPoint from, TcpPacket packet, byte[] payload, DateTimeOffset? instant)
    {
        var stream = StreamOf(from);
        var sequence = packet.SequenceNumber;
        if (packet.Synchronize)
        {
            stream.Begin(sequence);
            sequence = unchecked(sequence + 1);
            _client ??= packet.Acknowledgment ? Other(from) : from;
        }

        if (payload.Length > 0)
        {
            stream.Add(sequence, payload, instant);
        }
    }

    /// <summary>What client and service sent, and the address of the service. Without a SYN it shows who writes replies.</summary>
    public (IReadOnlyList<TcpRun> Client, IReadOnlyList<TcpRun> Service, IPEndPoint Server) Sides()
    {
        var (one, two) = (_ofFirst.ToRuns(), _ofSecond.ToRuns());
        var isFirst = _client?.Equals(first)
            ?? !(one.Any(Replies) || (two.Count > 0 && !two.Any(Replies) && !one.Any(run => Http.HttpParser.IsStart(run.Bytes))));
        return isFirst ? (one, two, second) : (two, one, first);
    }

    private static bool Replies(TcpRun run) => run.Bytes.AsSpan().StartsWith("HTTP/1."u8);

    private TcpStream StreamOf(IPEndPoint from) => from.Equals(first) ? _ofFirst : _ofSecond;

    private IPEndPoint Other(IPEndPoint side) => side.Equals(first) ? second : first;
}
