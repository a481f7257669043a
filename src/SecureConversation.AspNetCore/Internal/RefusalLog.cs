using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// Logs the requests that an endpoint refuses before they are messages: of each status the first of every second, then how many more there
/// were, so that no stranger can fill the log.
/// </summary>
internal sealed class RefusalLog(ILogger logger, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<int, LogLimit> _limits = new();

    public void Write(int statusCode)
    {
        if (!_limits.GetOrAdd(statusCode, Limit).TryTake())
        {
            return;
        }

        if (statusCode == StatusCodes.Status503ServiceUnavailable)
        {
            AspNetCoreLog.MemoryUsedUp(logger);
        }
        else
        {
            AspNetCoreLog.RequestRefused(logger, statusCode);
        }
    }

    public void Dispose()
    {
        foreach (var limit in _limits.Values)
        {
            limit.Dispose();
        }
    }

    private LogLimit Limit(int statusCode) =>
        new(LogLimit.EntriesPerSecond, clock, more => AspNetCoreLog.MoreRequestsRefused(logger, more, statusCode));
}
