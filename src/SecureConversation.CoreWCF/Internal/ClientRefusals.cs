using Microsoft.Extensions.Logging;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// Logs the clients that validators of the application refused: the first of every second, then how many more there were.
/// </summary>
internal sealed class ClientRefusals(ILogger logger, TimeProvider clock) : IDisposable
{
    private readonly LogLimit _limit = new(
        LogLimit.EntriesPerSecond, clock, more => CoreWcfLog.MoreClientsRefused(logger, more));

    public void Write(Exception exception)
    {
        if (_limit.TryTake())
        {
            CoreWcfLog.ClientRefused(logger, exception.GetType().Name);
        }
    }

    public void Dispose() => _limit.Dispose();
}
