using System.Security.Claims;
using Microsoft.Extensions.Logging;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Logs the sessions of a service. Anybody can open anonymous ones: of those the first of every second, then how many more there were.
/// Sessions of clients with a name are all logged.
/// </summary>
internal sealed class SessionLog(ILogger log, TimeProvider clock) : IDisposable
{
    private readonly LogLimit _issued = new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreSessionsIssued(log, more));
    private readonly LogLimit _closed = new(LogLimit.EntriesPerSecond, clock, more => EngineLog.MoreSessionsClosed(log, more));

    public void Issued(string sessionId, ClaimsPrincipal user)
    {
        if (IsNamed(user) || _issued.TryTake())
        {
            EngineLog.SessionIssued(log, sessionId, user.Identity?.Name ?? "anonymous");
        }
    }

    public void Closed(string sessionId, ClaimsPrincipal user, SessionCloseReason reason)
    {
        if (IsNamed(user) || _closed.TryTake())
        {
            EngineLog.SessionClosed(log, sessionId, reason.ToString());
        }
    }

    /// <summary>Logs one that was closed to make room for another client's.</summary>
    public void Displaced(string sessionId, ClaimsPrincipal user, int maxSessions)
    {
        if (IsNamed(user) || _closed.TryTake())
        {
            EngineLog.SessionDisplaced(log, sessionId, maxSessions);
        }
    }

    public void Dispose()
    {
        _issued.Dispose();
        _closed.Dispose();
    }

    private static bool IsNamed(ClaimsPrincipal user) => user.Identity is { IsAuthenticated: true };
}
