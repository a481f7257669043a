using Microsoft.Extensions.DependencyInjection;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// A secure session as CoreWCF sees it: a channel of its own, and with it a service instance, a session id and an idle timeout.
/// </summary>
internal sealed class SecuritySessionChannel : CommunicationObject, IReplySessionChannel, IInputSession
{
    private readonly IChannel _transport;
    private readonly MessageSecurityService _security;
    private readonly ServiceSession _session;
    private readonly TerminatingOperations _terminating;
    private readonly TimeProvider _clock;
    private readonly IServiceScope _scope;
    private readonly TaskCompletionSource _hasInstance = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _isDrained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly HashSet<SecuredRequestContext> _requests = [];
    private bool _isEnding;
    private bool _hasFirst;
    private ITimer? _patience;

    public SecuritySessionChannel(IChannel transport, MessageSecurityService security, ServiceSession session, string id,
        TerminatingOperations terminating, TimeProvider clock)
    {
        Id = id;
        _terminating = terminating;
        _clock = clock;
        _transport = transport;
        _security = security;
        _session = session;
        // CoreWCF keeps what belongs to one channel among scoped services. In the scope of the transport sessions would share that.
        _scope = transport.GetProperty<IServiceScopeFactory>().CreateScope();
    }

    public string Id { get; }

    public IInputSession Session => this;

    public EndpointAddress? LocalAddress => (_transport as IReplyChannel)?.LocalAddress;

    public IServiceChannelDispatcher? ChannelDispatcher { get; set; }

    protected override TimeSpan DefaultCloseTimeout => TimeSpan.FromMinutes(1);

    protected override TimeSpan DefaultOpenTimeout => TimeSpan.FromMinutes(1);

    public T? GetProperty<T>()
        where T : class =>
        (State == CommunicationState.Closed ? null : _scope.ServiceProvider.GetService<T>()) ?? _transport.GetProperty<T>();

    /// <summary>
    /// Dispatches a request of the session. The others wait until the first one has a service instance, which they share: CoreWCF would
    /// make one for each request that comes while there is none.
    /// </summary>
    public async Task DispatchAsync(SecuredRequestContext request)
    {
        if (!TryEnter(request, out var isFirst))
        {
            await request.TerminateAsync().ConfigureAwait(false);
            return;
        }

        if (!isFirst)
        {
            await _hasInstance.Task.ConfigureAwait(false);
            if (request.IsReleased)
            {
                // The channel closed meanwhile, and the request was answered.
                return;
            }
        }

        await WatchedDispatch.RunAsync(ChannelDispatcher!, request, this).ConfigureAwait(false);
    }

    /// <summary>
    /// The session has ended: CoreWCF closes the channel and lets go of the service instance. Requests under way are answered before,
    /// because CoreWCF answers nothing on a channel that is closed.
    /// </summary>
    public async Task EndAsync()
    {
        End();
        await _isDrained.Task.ConfigureAwait(false);
        if (State == CommunicationState.Opened && ChannelDispatcher is { } dispatcher)
        {
            await dispatcher.DispatchAsync((RequestContext)null!).ConfigureAwait(false);
        }
    }

    /// <summary>The host stops: the end of the session waits for no request whose client has gone, or goes.</summary>
    public void AbortWithClients()
    {
        foreach (var request in End())
        {
            request.AbortWithClient();
        }
    }

    protected override Task OnOpenAsync(CancellationToken token) => Task.CompletedTask;

    protected override Task OnCloseAsync(CancellationToken token) => _security.AbortAsync(_session).AsTask();

    /// <summary>
    /// CoreWCF gives up the channel: it was idle for ReceiveTimeout, or faulted. Nobody waits: this service has no session store.
    /// </summary>
    protected override void OnAbort() => _ = _security.AbortAsync(_session).AsTask();

    protected override void OnClosed()
    {
        base.OnClosed();
        foreach (var request in End())
        {
            _ = request.TerminateAsync();
        }

        lock (_gate)
        {
            _patience?.Dispose();
        }

        _scope.Dispose();
    }

    private bool TryEnter(SecuredRequestContext request, out bool isFirst)
    {
        lock (_gate)
        {
            isFirst = !_hasFirst;
            if (_isEnding || State != CommunicationState.Opened)
            {
                return false;
            }

            // Set before the request can be found in _requests, and ended.
            request.WhenOver(Leave);
            if (isFirst)
            {
                request.WhenInstanceFound(() => _hasInstance.TrySetResult());
            }

            _hasFirst = true;
            _requests.Add(request);
            return true;
        }
    }

    private void Leave(SecuredRequestContext request)
    {
        lock (_gate)
        {
            _requests.Remove(request);
            if (!_isEnding && request.IsTaken && _terminating.Contains(request.Action))
            {
                // As in WCF: a client that left has CloseTimeout to close its session. CoreWCF's own timer is collected before it fires.
                _patience ??= _clock.CreateTimer(
                    _ => _security.AbortAsync(_session).AsTask(), null, _terminating.CloseTimeout, Timeout.InfiniteTimeSpan);
            }

            if (!_isEnding || _requests.Count > 0)
            {
                return;
            }
        }

        _isDrained.TrySetResult();
    }

    /// <summary>Lets no more requests in, and returns those that are still under way.</summary>
    private List<SecuredRequestContext> End()
    {
        List<SecuredRequestContext> left;
        lock (_gate)
        {
            _isEnding = true;
            left = [.. _requests];
        }

        if (left.Count == 0)
        {
            _isDrained.TrySetResult();
        }

        return left;
    }
}
