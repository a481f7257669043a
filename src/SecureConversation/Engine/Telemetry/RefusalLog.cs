using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Logs and counts the messages that a service refuses: of each code the first of every second, then how many more there were.
/// </summary>
internal sealed class RefusalLog(ILogger log, TimeProvider clock, EngineTelemetry telemetry) : IDisposable
{
    // A failure of the key is not to be lost among forged messages that have the same code.
    private readonly ConcurrentDictionary<(FailureCode Code, bool IsKeyFailure), LogLimit> _limits = new();

    public void Write(in RefusedMessage message)
    {
        telemetry.Refused(message.Code);
        if (message.Code is FailureCode.ServiceTooBusy or FailureCode.ReplayCacheFull)
        {
            EngineMetrics.LimitsReached.Add(1, new KeyValuePair<string, object?>("setting", message.Detail ?? "unknown"));
        }

        if (_limits.GetOrAdd((message.Code, message.KeyFailure is not null), Limit).TryTake())
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

    private LogLimit Limit((FailureCode Code, bool IsKeyFailure) kind) =>
        new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreRefused(log, more, kind.Code));
}
