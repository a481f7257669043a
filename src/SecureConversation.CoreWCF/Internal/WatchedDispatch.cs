namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// Hands one request to CoreWCF and sees when CoreWCF has finished with it. CoreWCF does not say so: its dispatcher goes on in a method
/// without a task (async void), and ends neither the exchanges that it refuses (a session that was left, headers that cannot be read)
/// nor those that it answers nothing (a fault as request). Such a method tells the synchronization context that it began under when it
/// begins and when it ends. Services run without this context, as they do without message security.
/// </summary>
internal sealed class WatchedDispatch : SynchronizationContext
{
    private readonly SecuredRequestContext _request;
    private readonly IChannel? _session;
    private bool _isSeen;

    private WatchedDispatch(SecuredRequestContext request, IChannel? session)
    {
        _request = request;
        _session = session;
    }

    /// <param name="dispatcher">The dispatcher of CoreWCF.</param>
    /// <param name="request">The request.</param>
    /// <param name="session">The channel of its session; null without one.</param>
    public static async Task RunAsync(IServiceChannelDispatcher dispatcher, SecuredRequestContext request, IChannel? session = null)
    {
        var watch = new WatchedDispatch(request, session);
        await watch.DispatchAsync(dispatcher).ConfigureAwait(false);
        if (!watch._isSeen)
        {
            // A CoreWCF that goes on in another way: what it answers ends the exchange.
            await request.FinishAsync(mayComeLater: true).ConfigureAwait(false);
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>What comes before that method may wait: it goes on under this context.</summary>
    public override void Post(SendOrPostCallback d, object? state) => ThreadPool.QueueUserWorkItem(
        _ =>
        {
            SetSynchronizationContext(this);
            try
            {
                d(state);
            }
            finally
            {
                SetSynchronizationContext(null);
            }
        },
        null);

    public override void OperationStarted()
    {
        _isSeen = true;
        SetSynchronizationContext(null);
    }

    public override void OperationCompleted() =>
        _ = _request.FinishAsync(isSessionOpen: _session is null or { State: CommunicationState.Opened });

    private Task DispatchAsync(IServiceChannelDispatcher dispatcher)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return dispatcher.DispatchAsync(_request);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
