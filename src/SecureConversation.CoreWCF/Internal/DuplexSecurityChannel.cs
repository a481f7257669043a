namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// A secure session as CoreWCF sees it, over the connection on which its first message came. What the service sends, replies and callbacks,
/// is protected on its way; what comes is given to the dispatcher of CoreWCF by <see cref="DuplexChannelDispatcher"/>.
/// </summary>
internal sealed class DuplexSecurityChannel(
    DuplexEndpoint endpoint, IDuplexSessionChannel transport, ServiceSession session, CallerIdentity caller)
    : CommunicationObject, IDuplexSessionChannel, IDuplexSession
{
    private readonly TaskCompletionSource _inputClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServiceResult.Closing? _closing;
    private int _isOutputClosed;
    private int _isEnded;
    private int _isReleased;

    public string Id => session.Id;
    public IDuplexSession Session => this;
    public ServiceSession Secured => session;
    public CallerIdentity Caller => caller;
    public EndpointAddress LocalAddress => transport.LocalAddress;
    public EndpointAddress RemoteAddress => transport.RemoteAddress;
    public Uri Via => transport.Via;
    public IServiceChannelDispatcher? ChannelDispatcher { get; set; }

    /// <summary>Whether the service has said that it sends nothing more.</summary>
    public bool IsOutputClosed => Volatile.Read(ref _isOutputClosed) == 1;

    protected override TimeSpan DefaultCloseTimeout => TimeSpan.FromMinutes(1);

    protected override TimeSpan DefaultOpenTimeout => TimeSpan.FromMinutes(1);

    // The transport has a scope of services for each connection, and a connection has one session.
    public T? GetProperty<T>()
        where T : class => transport.GetProperty<T>();

    public Task SendAsync(Message message) => SendAsync(message, CancellationToken.None);

    public async Task SendAsync(Message message, CancellationToken token)
    {
        if (State != CommunicationState.Opened && State != CommunicationState.Closing)
        {
            throw new CommunicationObjectAbortedException($"The session {session.Id} has ended: nothing can be sent in it.");
        }

        var isFault = message.IsFault;
        using var secured = Secure(await Envelopes.WriteAsync(message).ConfigureAwait(false));
        await SendAsync(secured, message.Version, isFault, token).ConfigureAwait(false);
    }

    public async Task<Message> ReceiveAsync(CancellationToken token)
    {
        await _inputClosed.Task.WaitAsync(token).ConfigureAwait(false);
        return null!;
    }

    public async Task<(Message message, bool success)> TryReceiveAsync(CancellationToken token) =>
        (await ReceiveAsync(token).ConfigureAwait(false), true);

    public Task CloseOutputSessionAsync() => CloseOutputSessionAsync(CancellationToken.None);

    /// <summary>Sends Cancel, or confirms that of the client.</summary>
    public async Task CloseOutputSessionAsync(CancellationToken token)
    {
        if (Interlocked.Exchange(ref _isOutputClosed, 1) == 1)
        {
            return;
        }

        if (Volatile.Read(ref _closing) is { } closing)
        {
            using var confirmation = await closing.ConfirmAsync(token).ConfigureAwait(false);
            await SendAsync(confirmation, endpoint.Version, isFault: false, token).ConfigureAwait(false);
        }
        else
        {
            using var cancel = endpoint.Security.SecureCancel(session);
            await SendAsync(cancel, endpoint.Version, isFault: false, token).ConfigureAwait(false);
        }
    }

    /// <summary>The client sends nothing more. CoreWCF closes the channel when it has finished with what was sent.</summary>
    public async Task CloseInputAsync(ServiceResult.Closing closing)
    {
        // Another Cancel may come on another connection before the first has closed the input. One is answered.
        if (Interlocked.CompareExchange(ref _closing, closing, null) is not null)
        {
            closing.Dispose();
            return;
        }

        if (Volatile.Read(ref _isReleased) == 1)
        {
            Release();
            return;
        }

        if (IsOutputClosed && !closing.IsAnswer)
        {
            // Both have cancelled at once, and neither confirms.
            await closing.EndAsync().ConfigureAwait(false);
        }

        _inputClosed.TrySetResult();
        await EndAsync().ConfigureAwait(false);
    }

    /// <summary>The session ended, or its connection, and its sides had not agreed about that.</summary>
    public async Task Lose()
    {
        try
        {
            Fault();
            await EndAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            CoreWcfLog.SessionNotEnded(endpoint.Logger, session.Id, e);
        }
    }

    protected override Task OnOpenAsync(CancellationToken token) => Task.CompletedTask;

    protected override async Task OnCloseAsync(CancellationToken token)
    {
        await CloseOutputSessionAsync(token).ConfigureAwait(false);
        await _inputClosed.Task.WaitAsync(token).ConfigureAwait(false);
        Release();
    }

    protected override void OnAbort() => GiveUp();

    protected override void OnFaulted()
    {
        base.OnFaulted();
        GiveUp();
    }

    private ProtectedMessage Secure(ReadOnlyMemory<byte> envelope)
    {
        try
        {
            return endpoint.Security.Secure(session, envelope);
        }
        catch (Exception e) when (e is SecureConversationException or ObjectDisposedException)
        {
            throw new CommunicationException($"The message cannot be sent in session {session.Id}: {e.Message}", e);
        }
    }

    private async Task SendAsync(ProtectedMessage secured, MessageVersion version, bool isFault, CancellationToken token)
    {
        using var wire = new EnvelopeMessage(version, secured.Envelope, isFault);
        await transport.SendAsync(wire, token).ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        if (State is CommunicationState.Opened or CommunicationState.Faulted && ChannelDispatcher is { } dispatcher
            && Interlocked.Exchange(ref _isEnded, 1) == 0)
        {
            await dispatcher.DispatchAsync((Message)null!).ConfigureAwait(false);
        }
    }

    // Nobody waits: this service has no session store.
    private void GiveUp()
    {
        _inputClosed.TrySetResult();
        Release();
        _ = endpoint.Security.AbortAsync(session).AsTask();
        transport.Abort();
    }

    private void Release()
    {
        Volatile.Write(ref _isReleased, 1);
        Interlocked.Exchange(ref _closing, null)?.Dispose();
    }
}
