using Microsoft.Extensions.Options;

namespace SecureConversation.Shared;

/// <summary>Hands on the options of a name when they change. Of several changes at once the last one counts.</summary>
internal static class ChangingOptions
{
    /// <param name="monitor">Tells of changes. What it finds invalid it does not tell.</param>
    /// <param name="name">The name of the options.</param>
    /// <param name="used">The options that are in use.</param>
    /// <param name="use">Takes others.</param>
    /// <param name="failed">Told of what that throws; then the options before stay in use.</param>
    public static void Follow<TOptions>(
        IOptionsMonitor<TOptions> monitor, string name, TOptions used, Action<TOptions> use, Action<Exception> failed)
        where TOptions : class
    {
        var gate = new Lock();

        // They live as long as the monitor, which is that of the application.
        _ = monitor.OnChange((_, changed) =>
        {
            if (changed == name)
            {
                TakeLatest();
            }
        });

        // What changed before that.
        TakeLatest();

        void TakeLatest()
        {
            lock (gate)
            {
                try
                {
                    var latest = monitor.Get(name);
                    if (!ReferenceEquals(latest, used))
                    {
                        use(latest);
                        used = latest;
                    }
                }
                catch (Exception e)
                {
                    failed(e);
                }
            }
        }
    }
}
