extern alias Engine;

using SecureConversation.Gateway.Settings;
using LogLimit = Engine::SecureConversation.Shared.LogLimit;

namespace SecureConversation.Gateway.Routing;

/// <summary>
/// How many calls may be under way at once on one side. Each side has its own, so that nobody outside takes the room of the clients inside,
/// and outside a call counts when it is verified: what comes before is limited by the message security, fairly by address.
/// </summary>
internal sealed class CallLimit(LimitSettings limits, GatewayServices gateway) : IDisposable
{
    private readonly SemaphoreSlim _free = new(limits.MaxConcurrentRequests);
    private readonly LogLimit _log = new(entries: 1, gateway.Clock, more => GatewayLog.MoreBusy(gateway.Log, more));

    /// <summary>Takes a place, which is given back by <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (_free.Wait(0, CancellationToken.None))
        {
            return true;
        }

        if (_log.TryTake())
        {
            GatewayLog.Busy(gateway.Log, limits.MaxConcurrentRequests);
        }

        return false;
    }

    public void Leave() => _free.Release();

    public void Dispose()
    {
        _log.Dispose();
        _free.Dispose();
    }
}
