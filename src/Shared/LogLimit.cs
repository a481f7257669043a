namespace SecureConversation.Shared;

/// <summary>
/// Lets the first entries of a second into the log, and says at its end how many were left out, so that nobody can fill the log by sending
/// messages.
/// </summary>
/// <param name="entries">How many entries a second may have.</param>
/// <param name="clock">Source of time.</param>
/// <param name="summarize">Logs how many were left out.</param>
internal sealed class LogLimit(int entries, TimeProvider clock, Action<int> summarize) : IDisposable
{
    public const int EntriesPerSecond = 10;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _since;
    private int _taken;
    private int _leftOut;

    /// <summary>Whether the entry may be written.</summary>
    public bool TryTake()
    {
        int leftOut;
        lock (_lock)
        {
            if (_taken == 0 || clock.GetElapsedTime(_since) >= Second)
            {
                (leftOut, _leftOut) = (_leftOut, 0);
                (_since, _taken) = (clock.GetTimestamp(), 1);
            }
            else if (_taken < entries)
            {
                _taken++;
                return true;
            }
            else
            {
                if (_leftOut++ == 0)
                {
                    SummarizeLater();
                }

                return false;
            }
        }

        Summarize(leftOut);
        return true;
    }

    public void Dispose()
    {
        Flush();
        _timer?.Dispose();
    }

    private void SummarizeLater()
    {
        if (_timer is null)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _timer = clock.CreateTimer(
                    self => ((LogLimit)self!).FlushByTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        _timer.Change(Second, Timeout.InfiniteTimeSpan);
    }

    private void FlushByTimer()
    {
        try
        {
            Flush();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nobody else could catch it, and a log that fails must not end the process.
        }
    }

    private void Flush()
    {
        int leftOut;
        lock (_lock)
        {
            (leftOut, _leftOut) = (_leftOut, 0);
        }

        Summarize(leftOut);
    }

    private void Summarize(int leftOut)
    {
        if (leftOut > 0)
        {
            summarize(leftOut);
        }
    }
}
