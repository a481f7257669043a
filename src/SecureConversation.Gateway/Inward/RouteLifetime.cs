namespace SecureConversation.Gateway.Inward;

/// <summary>The life of a route within that of the process: a route that is gone hears nothing of its end.</summary>
internal sealed class RouteLifetime(IHostApplicationLifetime process) : IHostApplicationLifetime, IDisposable
{
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(process.ApplicationStopping);

    public CancellationToken ApplicationStarted => process.ApplicationStarted;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => process.ApplicationStopped;

    public void StopApplication() => throw new NotSupportedException("A route does not stop the gateway.");

    public void Dispose() => _stopping.Dispose();
}
