namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// A secure session as CoreWCF sees it, over the connection on which its first message came. What the service sends, replies and callbacks,
/// is protected on its way; what comes is given to the dispatcher of CoreWCF by <see cref="DuplexChannelDispatcher"/>.
/// </summary>
internal sealed class DuplexSecurityChannel(DuplexEndpoint endpoint, IDuplexSessionChannel transport, ServiceSession session)
    : CommunicationObject, IDuplexSessionChannel, IDuplexSession
{
    private static readonly TimeSpan LastWordTimeout = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _inputClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    // The Cancel of the client, until it is confirmed. Whoever takes it disposes of it.
    private ServiceResult.Closing? _closing;
    private bool _isInputClosed;
    private bool _isReleased;
    private volatile bool _isOutputClosed;
    private int _isEnded;
    private int _isGivenUp;

    public string Id => session.Id;
    public IDuplexSession Session => this;
    public ServiceSession Secured => session;

    /// <summary>The client. Set before the channel is shown to the service.</summary>
    public CallerIdentity Caller { get; set; } = null!;

    public EndpointAddress LocalAddress => transport.LocalAddress;
    public EndpointAddress RemoteAddress => transport.RemoteAddress;
    public Uri Via => transport.Via;
    public IServiceChannelDispatcher? ChannelDispatcher { get; set; }

    /// <summary>Whether the service has said that it sends nothing more.</summary>
    public bool IsOutputClosed => _isOutputClosed;

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
        ServiceResult.Closing? closing;
        lock (_gate)
        {
            if (_isOutputClosed)
            {
                return;
            }

            _isOutputClosed = true;
            (closing, _closing) = (_closing, null);
        }

        using (closing)
        {
            using var message = closing is null
                ? endpoint.Security.SecureCancel(session)
                : await closing.ConfirmAsync(token).ConfigureAwait(false);
            await SendAsync(message, endpoint.Version, isFault: false, token).ConfigureAwait(false);
        }
    }

    /// <summary>The first message has reached the service, or never will: the end of the session may follow it.</summary>
    public void Start() => _started.TrySetResult();

    /// <summary>The client sends nothing more. CoreWCF closes the channel when it has finished with what was sent.</summary>
    public async Task CloseInputAsync(ServiceResult.Closing closing)
    {
        bool isFirst, isKept;
        lock (_gate)
        {
            // Another Cancel may come on another connection before the first has closed the input. One is answered.
            isFirst = !_isInputClosed && !_isReleased;
            isKept = isFirst && !_isOutputClosed && !closing.IsAnswer;
            _isInputClosed |= isFirst;
            _closing = isKept ? closing : _closing;
        }

        if (!isKept)
        {
            using (closing)
            {
                if (isFirst && !closing.IsAnswer)
                {
                    // Both have cancelled at once, and neither confirms.
                    await closing.EndAsync().ConfigureAwait(false);
                }
            }
        }

        if (isFirst)
        {
            _inputClosed.TrySetResult();
            await _started.Task.ConfigureAwait(false);
            await EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The client has ended the connection.</summary>
    public void Leave() => _gone.TrySetResult();

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

    // Nobody waits: this service has no session store, and a client that does not read is not waited for.
    private void GiveUp()
    {
        if (Interlocked.Exchange(ref _isGivenUp, 1) == 1)
        {
            // A channel that has faulted is aborted after that, and the last word may be on its way.
            return;
        }

        _inputClosed.TrySetResult();
        Start();
        Release();
        var lastWord = LastWord();
        _ = endpoint.Security.AbortAsync(session).AsTask();
        if (lastWord is null)
        {
            transport.Abort();
        }
        else
        {
            _ = SayAsync(lastWord);
        }
    }

    /// <summary>The fault for a client that does not know yet that the session is over; null where nothing can be said to it.</summary>
    private ProtectedMessage? LastWord()
    {
        try
        {
            return transport.State == CommunicationState.Opened ? endpoint.Security.SecureAbort(session) : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The session is over already, with its keys.
            return null;
        }
    }

    private async Task SayAsync(ProtectedMessage lastWord)
    {
        using var patience = new CancellationTokenSource(LastWordTimeout, endpoint.Clock);
        var sending = SendAsync(lastWord, endpoint.Version, isFault: true, patience.Token);
        try
        {
            await sending.WaitAsync(patience.Token).ConfigureAwait(false);
            // What was sent is lost with a connection that is reset: who has read it ends the connection.
            await _gone.Task.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            endpoint.Quietly(log => CoreWcfLog.ClientGone(log, session.Id, e.GetType().Name));
        }

        transport.Abort();
        // Nothing uses its memory any more, where the transport heeded neither time nor end.
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lastWord.Dispose();
    }

    private void Release()
    {
        ServiceResult.Closing? closing;
        lock (_gate)
        {
            _isReleased = true;
            (closing, _closing) = (_closing, null);
        }

        closing?.Dispose();
    }
}
