using System.Security.Claims;
using Microsoft.Extensions.Logging;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// Logs the replies that cannot be protected. Of callers without a name only the first of every second, then how many more there were, so
/// that no stranger can fill the log.
/// </summary>
internal sealed class ReplyFailures(ILogger logger, TimeProvider clock) : IDisposable
{
    private readonly LogLimit _limit = new(
        LogLimit.EntriesPerSecond, clock, more => CoreWcfLog.MoreNotProtectable(logger, more));

    public void Write(ClaimsPrincipal user, string? action, Exception failure)
    {
        // Whoever has a name can be found by it.
        if (user.Identity is { IsAuthenticated: true } || _limit.TryTake())
        {
            CoreWcfLog.ReplyNotProtectable(logger, LogText.OfAction(action), failure);
        }
    }

    public void Dispose() => _limit.Dispose();
}
