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
    /// <param name="thrown">The exception that is the reason, where no rule was broken.</param>
    public void Write(FailureCode code, string? detail, Exception? thrown = null)
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

        if (thrown is StoreUnavailableException)
        {
            EngineLog.Refused(log, code, detail);
        }
        else if (thrown is not null && code is FailureCode.ValidatorFailed or FailureCode.StoreUnavailable)
        {
            EngineLog.ValidatorFailed(log, code, detail ?? "unknown", thrown);
        }
        else if (thrown is not null)
        {
            EngineLog.Defect(log, thrown);
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
