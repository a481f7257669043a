namespace SecureConversation.Cli.Captures.Packets;

/// <summary>What one side of a connection sent. Segments may come late, twice, or not at all.</summary>
internal sealed class TcpStream
{
    private readonly List<Segment> _segments = [];
    private uint _next;
    private long _nextOffset;
    private bool _isStarted;

    public bool IsEmpty => _segments.Count == 0;

    /// <summary>The sequence number of its SYN; null where the capture begins later.</summary>
    public uint? Initial { get; private set; }

    public void Begin(uint sequence)
    {
        if (_isStarted)
        {
            return;
        }

        Initial = sequence;
        (_next, _nextOffset, _isStarted) = (unchecked(sequence + 1), 0, true);
    }

    public void Add(uint sequence, byte[] bytes, DateTimeOffset? instant)
    {
        if (!_isStarted)
        {
            (_next, _isStarted) = (sequence, true);
        }

        // The numbers wrap after 4 GiB: the difference to the last one says where the segment belongs (RFC 9293 section 3.4).
        var offset = _nextOffset + unchecked((int)(sequence - _next));
        _segments.Add(new Segment(offset, bytes, instant));
        if (offset + bytes.Length > _nextOffset)
        {
            _nextOffset = offset + bytes.Length;
            _next = unchecked(sequence + (uint)bytes.Length);
        }
    }

    /// <summary>What was sent, without repetitions, in pieces between which something is missing.</summary>
    public IReadOnlyList<TcpRun> ToRuns()
    {
        var runs = new List<TcpRun>();
        var marks = new List<TcpMark>();
        using var content = new MemoryStream();
        var end = 0L;
        foreach (var segment in _segments.OrderBy(segment => segment.Offset))
        {
            if (content.Length > 0 && segment.Offset > end)
            {
                runs.Add(new TcpRun(content.ToArray(), marks));
                content.SetLength(0);
                marks = [];
            }

            var known = content.Length == 0 ? 0 : (int)Math.Min(end - segment.Offset, segment.Bytes.Length);
            if (known < segment.Bytes.Length)
            {
                marks.Add(new TcpMark((int)content.Length, segment.Instant));
                content.Write(segment.Bytes, known, segment.Bytes.Length - known);
                end = segment.Offset + segment.Bytes.Length;
            }
        }

        if (content.Length > 0)
        {
            runs.Add(new TcpRun(content.ToArray(), marks));
        }

        return runs;
    }

    private readonly record struct Segment(long Offset, byte[] Bytes, DateTimeOffset? Instant);
}

/// <summary>Bytes that were sent one after the other.</summary>
internal sealed record TcpRun(byte[] Bytes, IReadOnlyList<TcpMark> Marks)
{
    /// <summary>When the byte at an offset came.</summary>
    public DateTimeOffset? InstantAt(int offset)
    {
        var (low, high) = (0, Marks.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Marks[middle].Start <= offset ? (middle, high) : (low, middle - 1);
        }

        return Marks.Count == 0 ? null : Marks[low].Instant;
    }

    /// <summary>Where the first segment begins that is not before an offset; null where there is none.</summary>
    public int? NextSegment(int offset)
    {
        var (low, high) = (0, Marks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Marks[middle].Start >= offset ? (low, middle) : (middle + 1, high);
        }

        return low < Marks.Count ? Marks[low].Start : null;
    }
}

/// <summary>Where a segment begins in its run, and when it came.</summary>
internal readonly record struct TcpMark(int Start, DateTimeOffset? Instant);
