using System.Security.Claims;
using Microsoft.Extensions.Logging;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Logs the sessions of a service: the first of every second, then how many more there were. Those of clients with a name are counted
/// apart, since anybody can open anonymous ones, and are all logged when they are issued. Many may end at once.
/// </summary>
internal sealed class SessionLog(ILogger log, TimeProvider clock, EngineTelemetry telemetry) : IDisposable
{
    private readonly LogLimit _issued = new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreSessionsIssued(log, more));
    private readonly LogLimit _renewed = new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreSessionsRenewed(log, more));
    private readonly LogLimit _closed = new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreSessionsClosed(log, more));
    private readonly LogLimit _closedOfNamed = new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreNamedSessionsClosed(log, more));

    public void Issued(string sessionId, ClaimsPrincipal user)
    {
        telemetry.Opened();
        if (IsNamed(user) || _issued.TryTake())
        {
            EngineLog.SessionIssued(log, sessionId, user.Identity?.Name ?? "anonymous");
        }
    }

    public void Renewed(string sessionId, ClaimsPrincipal user)
    {
        telemetry.Renewed();
        if (IsNamed(user) || _renewed.TryTake())
        {
            EngineLog.SessionRenewed(log, sessionId, user.Identity?.Name ?? "anonymous");
        }
    }

    /// <summary>Counts one that ended, and logs it unless it made room, which <see cref="Displaced"/> says.</summary>
    public void Closed(string sessionId, ClaimsPrincipal user, SessionCloseReason reason, DateTimeOffset expires)
    {
        telemetry.Closed(reason, expires <= clock.GetUtcNow());
        if (reason != SessionCloseReason.Displaced && LimitOf(user).TryTake())
        {
            EngineLog.SessionClosed(log, sessionId, reason.ToString());
        }
    }

    /// <summary>Logs one that was closed to make room for another client's.</summary>
    public void Displaced(string sessionId, ClaimsPrincipal user, int maxSessions)
    {
        if (LimitOf(user).TryTake())
        {
            EngineLog.SessionDisplaced(log, sessionId, maxSessions);
        }
    }

    public void Dispose()
    {
        _issued.Dispose();
        _renewed.Dispose();
        _closed.Dispose();
        _closedOfNamed.Dispose();
    }

    private LogLimit LimitOf(ClaimsPrincipal user) => IsNamed(user) ? _closedOfNamed : _closed;

    private static bool IsNamed(ClaimsPrincipal user) => user.Identity is { IsAuthenticated: true };
}
