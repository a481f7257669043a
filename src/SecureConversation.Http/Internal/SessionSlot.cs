namespace SecureConversation.Http.Internal;

/// <summary>
/// The session with one address. Opened by whoever needs it first; others wait for that handshake, and none of them ends
/// it by giving up.
/// </summary>
internal sealed class SessionSlot(Endpoint endpoint, Uri address, Func<HttpSend> connect, CancellationToken stopping)
{
    private readonly Lock _gate = new();
    private readonly string _name = address.AbsoluteUri;
    private SharedSession? _current;
    private Task<SharedSession>? _opening;
    private Task _lost = Task.CompletedTask;
    private int _lostCount;

    // Each is one message that may wait for CloseTimeout. A service that is so silent forgets the others by itself.
    private const int MostCancels = 4;

    /// <summary>Whether a session is there, so that a request needs no handshake.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _current is { IsDue: false };
            }
        }
    }

    /// <summary>The session, entered: the caller leaves it after the exchange.</summary>
    public async ValueTask<SharedSession> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task<SharedSession> opening;
            lock (_gate)
            {
                if (_current is { IsDue: false } current && current.TryEnter())
                {
                    return current;
                }

                opening = _opening ??= Task.Run(OpenAsync, CancellationToken.None);
            }

            // A session with a very short life is due at once. It is used all the same, or this would open one after another.
            var opened = await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (opened.TryEnter())
            {
                return opened;
            }
        }
    }

    /// <summary>
    /// The service does not know the session, or may not: it said so, or answered with what no session secures. Mostly anybody can have
    /// said it, so it may be a lie: calls under way in the session go on, only the next one opens a new session. The service is told once
    /// that this one is over, when the last call has left it; what it answers changes nothing.
    /// </summary>
    /// <param name="session">The session that the call was made in.</param>
    /// <param name="code">Why, for the log.</param>
    public void Lose(SharedSession session, FailureCode code)
    {
        bool tells;
        lock (_gate)
        {
            if (_current != session)
            {
                return;
            }

            _current = null;
            tells = _lostCount < MostCancels;
            _lostCount += tells ? 1 : 0;
            if (tells)
            {
                var left = session.Ended.ContinueWith(
                    _ => Left(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                _lost = _lost.IsCompleted ? left : Task.WhenAll(_lost, left);
            }
        }

        HttpLog.Lost(endpoint.Log, session.Id, _name, code);
        session.Retire(tells);
    }

    /// <summary>Cancels the session at the service when the calls in it are over; a later request opens a new one.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        Task<SharedSession>? opening;
        Task lost;
        SharedSession? session;
        lock (_gate)
        {
            opening = _opening;
            lost = _lost;
            session = _current;
            _current = null;
        }

        session?.Retire(isKnownToService: true);
        if (opening is not null)
        {
            await ((Task)opening).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (opening.IsCompletedSuccessfully)
            {
                var opened = await opening.ConfigureAwait(false);
                lock (_gate)
                {
                    _current = _current == opened ? null : _current;
                }

                opened.Retire(isKnownToService: true);
                await opened.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        if (session is not null)
        {
            await session.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        await lost.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Left()
    {
        lock (_gate)
        {
            _lostCount--;
        }
    }

    private async Task<SharedSession> OpenAsync()
    {
        try
        {
            var opened = await HandshakeAsync().ConfigureAwait(false);
            SharedSession? replaced;
            lock (_gate)
            {
                (replaced, _current) = (_current, opened);
                _opening = null;
            }

            if (replaced is not null)
            {
                HttpLog.Replaced(endpoint.Log, replaced.Id, _name);
                replaced.Retire(isKnownToService: true);
            }

            return opened;
        }
        catch (Exception e)
        {
            HttpLog.OpenFailed(endpoint.Log, _name, e);
            lock (_gate)
            {
                // Observes the exception: nobody may be waiting for the handshake.
                _ = _opening?.ContinueWith(
                    static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                _opening = null;
            }

            throw;
        }
    }

    private async Task<SharedSession> HandshakeAsync()
    {
        HttpLog.Opening(endpoint.Log, _name);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        timeout.CancelAfter(endpoint.OpenTimeout);
        var send = connect();
        try
        {
            var session = new SharedSession(await OpenAsync(send, timeout.Token).ConfigureAwait(false), endpoint, address, send);
            if (endpoint.Client.Binding.ReliableSession is not null)
            {
                await OpenReliableAsync(session, timeout.Token).ConfigureAwait(false);
            }

            return session;
        }
        catch (OperationCanceledException e) when (stopping.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The client was disposed of while its session was opened.", e);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw new HttpRequestException(
                $"The service did not answer the session request within OpenTimeout ({endpoint.OpenTimeout}).",
                new TimeoutException(null, e));
        }
    }

    private static async Task OpenReliableAsync(SharedSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.OpenReliableAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            session.Retire(isKnownToService: true);
            throw;
        }
    }

    private async Task<ClientSession> OpenAsync(HttpSend send, CancellationToken cancellationToken)
    {
        await endpoint.PrepareAsync(address, send, cancellationToken).ConfigureAwait(false);
        using var handshake = endpoint.Client.StartSession(address);
        await endpoint.RunAsync(handshake, address, send, cancellationToken).ConfigureAwait(false);
        return ((HandshakeStep.Completed)handshake.Step).Session;
    }
}
