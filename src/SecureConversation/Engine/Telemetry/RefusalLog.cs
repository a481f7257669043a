using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Writes refused messages to the log: all of them while there are few, and when there are many the first of each second and then their
/// number. Whoever can make the service refuse messages must not fill its log. Counts all of them.
/// </summary>
internal sealed class RefusalLog(ILogger log, TimeProvider clock)
{
    private const int LinesPerSecond = 20;

    private readonly ConcurrentDictionary<FailureCode, Second> _seconds = new();

    /// <summary>Records a refused message.</summary>
    /// <param name="code">The rule that it broke.</param>
    /// <param name="detail">The element, rule or setting concerned.</param>
    public void Write(FailureCode code, string? detail)
    {
        EngineMetrics.Refused(code);
        var isLimit = code is FailureCode.ServiceTooBusy or FailureCode.ReplayCacheFull;
        if (isLimit)
        {
            EngineMetrics.LimitReached(detail ?? "unknown");
        }

        if (!log.IsEnabled(isLimit ? LogLevel.Warning : LogLevel.Information))
        {
            return;
        }

        var (isLogged, unlogged) = _seconds.GetOrAdd(code, static _ => new Second()).Count(clock);
        if (unlogged > 0)
        {
            EngineLog.RefusedMore(log, unlogged, code);
        }

        if (isLogged && isLimit)
        {
            EngineLog.LimitReached(log, code, detail ?? "unknown");
        }
        else if (isLogged)
        {
            EngineLog.Refused(log, code, detail);
        }
    }

    /// <summary>How many messages were refused by one rule in the current second.</summary>
    private sealed class Second
    {
        private readonly Lock _lock = new();
        private long _began;
        private long _count;

        /// <summary>Counts one message: whether it gets a line, and how many of an earlier second got none.</summary>
        public (bool IsLogged, long Unlogged) Count(TimeProvider clock)
        {
            var now = clock.GetTimestamp();
            lock (_lock)
            {
                var unlogged = 0L;
                if (_count == 0 || clock.GetElapsedTime(_began, now) >= TimeSpan.FromSeconds(1))
                {
                    unlogged = Math.Max(0, _count - LinesPerSecond);
                    (_began, _count) = (now, 0);
                }

                return (++_count <= LinesPerSecond, unlogged);
            }
        }
    }
}
