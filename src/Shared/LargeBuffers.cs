namespace SecureConversation.Shared;

/// <summary>
/// Large buffers between two messages. The system clears each page of fresh memory when it is first touched, which costs a message of
/// some MB as much as a digest of it. So buffers are kept for the messages that follow closely: no more than a number of bytes together,
/// and each for no more than some seconds. Safe for concurrent use.
/// </summary>
/// <param name="maxBytes">The most bytes that are kept.</param>
/// <param name="idle">How long a buffer is kept that nobody wants.</param>
/// <param name="clock">Source of time.</param>
internal sealed class LargeBuffers(long maxBytes, TimeSpan idle, TimeProvider clock)
{
    // A buffer is good for what needs at least so much of it: messages of about one size share buffers, and small ones waste none.
    private const double LeastUsed = 0.8;

    private readonly Lock _lock = new();

    // In the order in which they came back.
    private readonly List<(byte[] Buffer, long Since)> _kept = [];
    private long _bytes;
    private ITimer? _sweep;

    /// <summary>
    /// Those of this assembly: each package of the library has its own. A message of 64 MB needs 160 MB on its way in and as much on its
    /// way out. Where memory is small, all of them keep an eighth of it at most.
    /// </summary>
    public static LargeBuffers Shared { get; } = new(
        Math.Min(256L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 32), TimeSpan.FromSeconds(3), TimeProvider.System);

    /// <summary>How many bytes are kept.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Whether something watches for buffers that nobody wants: not while there are none.</summary>
    public bool IsWatching
    {
        get
        {
            lock (_lock)
            {
                return _sweep is not null;
            }
        }
    }

    /// <summary>The smallest kept buffer that fits; null when there is none.</summary>
    public byte[]? TryRent(int length)
    {
        lock (_lock)
        {
            var found = -1;
            for (var i = _kept.Count - 1; i >= 0; i--)
            {
                var size = _kept[i].Buffer.Length;
                if (size >= length && length >= size * LeastUsed && (found < 0 || size < _kept[found].Buffer.Length))
                {
                    found = i;
                }
            }

            return found < 0 ? null : Take(found);
        }
    }

    /// <summary>Keeps a buffer, in place of those that were kept for longest where there is no room. Its secrets are zeroed.</summary>
    public void Keep(byte[] buffer)
    {
        if (buffer.Length > maxBytes)
        {
            return;
        }

        lock (_lock)
        {
            while (_bytes + buffer.Length > maxBytes)
            {
                Take(0);
            }

            _kept.Add((buffer, clock.GetTimestamp()));
            _bytes += buffer.Length;
            _sweep ??= StartSweep();
        }
    }

    private byte[] Take(int index)
    {
        var buffer = _kept[index].Buffer;
        _kept.RemoveAt(index);
        _bytes -= buffer.Length;
        return buffer;
    }

    private ITimer StartSweep()
    {
        // The timer is of no message, and must not hold what flows with one.
        if (ExecutionContext.IsFlowSuppressed())
        {
            return Create();
        }

        using (ExecutionContext.SuppressFlow())
        {
            return Create();
        }

        ITimer Create() => clock.CreateTimer(static buffers => ((LargeBuffers)buffers!).Sweep(), this, idle / 2, idle / 2);
    }

    private void Sweep()
    {
        // Where the machine runs out of memory, no buffer waits for its time.
        var memory = GC.GetGCMemoryInfo();
        var longest = memory.MemoryLoadBytes >= memory.HighMemoryLoadThresholdBytes ? TimeSpan.Zero : idle;
        lock (_lock)
        {
            while (_kept.Count > 0 && clock.GetElapsedTime(_kept[0].Since) >= longest)
            {
                Take(0);
            }

            if (_kept.Count == 0)
            {
                _sweep?.Dispose();
                _sweep = null;
            }
        }
    }
}
