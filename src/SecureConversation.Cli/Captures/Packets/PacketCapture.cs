using System.Globalization;
using System.Net;

namespace SecureConversation.Cli.Captures.Packets;

/// <summary>Reads the HTTP of the connections of a file of packets.</summary>
internal sealed class PacketCapture
{
    // What a segment takes beside its content.
    private const int BytesOfSegment = 64;

    private readonly CaptureBuilder _builder = new();
    private readonly Dictionary<(IPEndPoint, IPEndPoint), TcpConnection> _open = [];
    private readonly List<TcpConnection> _all = [];
    private long _bytes;

    public static Capture Read(string name, string format, IEnumerable<RecordedPacket> packets, CancellationToken cancellation)
    {
        var capture = new PacketCapture();
        try
        {
            foreach (var packet in packets)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!capture.Take(packet))
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            capture._builder.Note($"the file is broken, and was read up to there: {e.Message}");
        }

        return capture.Finish(name, format, cancellation);
    }

    private bool Take(RecordedPacket packet)
    {
        TcpSegment? segment;
        try
        {
            segment = PacketDissector.Dissect(packet);
        }
        catch (InvalidDataException e)
        {
            _builder.PassOver(e.Message);
            return true;
        }

        if (segment is null)
        {
            return true;
        }

        _bytes += segment.Payload.Length + BytesOfSegment;
        if (_bytes > CaptureLimits.MaxTotalBytes)
        {
            _builder.Note($"its connections carry more than {CaptureLimits.Mebibytes(CaptureLimits.MaxTotalBytes)}: the rest is not read");
            return false;
        }

        ConnectionOf(segment)?.Add(segment.From, segment.Header, segment.Payload, packet.Instant);
        return true;
    }

    private TcpConnection? ConnectionOf(TcpSegment segment)
    {
        var key = Key(segment);
        if (_open.TryGetValue(key, out var connection) && !connection.IsSucceededBy(segment.From, segment.Header))
        {
            return connection;
        }

        if (segment.Payload.Length == 0 && !segment.Header.Synchronize)
        {
            return null;
        }

        if (_all.Count == CaptureLimits.MaxConnections)
        {
            _builder.Note(string.Create(CultureInfo.InvariantCulture,
                $"there are more than {CaptureLimits.MaxConnections:N0} connections: further ones are not read"));
            return null;
        }

        connection = new TcpConnection(segment.From, segment.To);
        _open[key] = connection;
        _all.Add(connection);
        return connection;
    }

    // The same for both directions.
    private static (IPEndPoint, IPEndPoint) Key(TcpSegment segment)
    {
        var (from, to) = (segment.From, segment.To);
        var order = from.Port != to.Port
            ? from.Port - to.Port
            : from.Address.GetAddressBytes().AsSpan().SequenceCompareTo(to.Address.GetAddressBytes());
        return order <= 0 ? (from, to) : (to, from);
    }

    private Capture Finish(string name, string format, CancellationToken cancellation)
    {
        for (var i = 0; i < _all.Count && !_builder.IsFull; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            ConnectionReader.Read(_all[i], $"{name}: connection {i + 1}", _builder);
        }

        return _builder.ToCapture(name, format);
    }
}
