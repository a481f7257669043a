using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Logs and counts the sequences of a service (WS-ReliableMessaging): the first entries of every second, then how many more there were.
/// </summary>
internal sealed class SequenceLog(ILogger log, TimeProvider clock, EngineTelemetry telemetry) : IDisposable
{
    private readonly LogLimit _changes = new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreSequences(log, more));
    private readonly LogLimit _failures = new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreSequences(log, more));
    private readonly ConcurrentDictionary<string, LogLimit> _drops = new(StringComparer.Ordinal);

    public void Opened(string sequence, string session)
    {
        telemetry.SequenceOpened();
        if (_changes.TryTake())
        {
            EngineLog.SequenceOpened(log, sequence, session);
        }
    }

    public void Ended(string sequence, string session, string reason, string detail, bool isFailure)
    {
        telemetry.SequenceEnded(reason);
        if (!(isFailure ? _failures : _changes).TryTake())
        {
            return;
        }

        if (isFailure)
        {
            EngineLog.SequenceFailed(log, sequence, session, detail);
        }
        else
        {
            EngineLog.SequenceEnded(log, sequence, session, detail);
        }
    }

    /// <summary>A repeated request got the reply of the first.</summary>
    public void Repeated() => telemetry.ReplyRepeated();

    /// <summary>A request counts as lost.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="cause">Why.</param>
    /// <param name="limit">The setting that has no room for it; null where that is not the cause.</param>
    public void Dropped(string sequence, string cause, string? limit)
    {
        telemetry.MessageDropped(cause);
        if (limit is not null)
        {
            EngineMetrics.LimitsReached.Add(1, new KeyValuePair<string, object?>("setting", limit));
            if (_drops.GetOrAdd(limit, LimitOf).TryTake())
            {
                EngineLog.RepliesNotAcknowledged(log, sequence, limit);
            }
        }
    }

    public void Dispose()
    {
        _changes.Dispose();
        _failures.Dispose();
        foreach (var limit in _drops.Values)
        {
            limit.Dispose();
        }
    }

    private LogLimit LimitOf(string setting) =>
        new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreRepliesNotAcknowledged(log, more, setting));
}
