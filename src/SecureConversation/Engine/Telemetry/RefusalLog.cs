using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Logs and counts the messages that a service refuses: of each code the first of every second, then how many more there were.
/// </summary>
internal sealed class RefusalLog(ILogger log, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<FailureCode, LogLimit> _limits = new();

    /// <param name="code">Why the message was refused.</param>
    /// <param name="detail">The element or rule concerned.</param>
    /// <param name="defect">The exception, where the refusal is a defect of the library.</param>
    public void Write(FailureCode code, string? detail, Exception? defect = null)
    {
        EngineMetrics.RefusedMessages.Add(1, new KeyValuePair<string, object?>("code", code.ToString()));
        var isLimit = code is FailureCode.ServiceTooBusy or FailureCode.ReplayCacheFull;
        if (isLimit)
        {
            EngineMetrics.LimitsReached.Add(1, new KeyValuePair<string, object?>("setting", detail ?? "unknown"));
        }

        if (!_limits.GetOrAdd(code, Limit).TryTake())
        {
            return;
        }

        if (defect is not null)
        {
            EngineLog.Defect(log, defect);
        }
        else if (isLimit)
        {
            EngineLog.LimitReached(log, code, detail ?? "unknown");
        }
        else
        {
            EngineLog.Refused(log, code, detail);
        }
    }

    public void Dispose()
    {
        foreach (var limit in _limits.Values)
        {
            limit.Dispose();
        }
    }

    private LogLimit Limit(FailureCode code) => new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreRefused(log, more, code));
}
