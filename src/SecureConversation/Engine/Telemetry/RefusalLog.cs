using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Logs and counts the messages that a service refuses: of each code the first of every second, then how many more there were.
/// </summary>
internal sealed class RefusalLog(ILogger log, TimeProvider clock, EngineTelemetry telemetry) : IDisposable
{
    // What a key threw is not to be lost among forged messages of the same code, for which its provider may throw something else. The types
    // are those of a provider, so there are few.
    private readonly ConcurrentDictionary<(FailureCode Code, Type? OfKey), LogLimit> _limits = new();

    public void Write(in RefusedMessage message)
    {
        telemetry.Refused(message.Code);
        if (message.Code is FailureCode.ServiceTooBusy or FailureCode.ReplayCacheFull)
        {
            EngineMetrics.LimitsReached.Add(1, new KeyValuePair<string, object?>("setting", message.Detail ?? "unknown"));
        }

        if (_limits.GetOrAdd((message.Code, message.KeyFailure?.GetType()), Limit).TryTake())
        {
            RefusalEvent.Of(message).Write(log, message);
        }
    }

    public void Dispose()
    {
        foreach (var limit in _limits.Values)
        {
            limit.Dispose();
        }
    }

    private LogLimit Limit((FailureCode Code, Type? OfKey) kind) =>
        new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreRefused(log, more, kind.Code));
}
