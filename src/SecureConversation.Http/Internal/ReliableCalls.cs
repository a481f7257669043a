namespace SecureConversation.Http.Internal;

/// <summary>The reliable session within a security session: its messages, and the calls in it, over HTTP.</summary>
internal sealed class ReliableCalls : IAsyncDisposable
{
    private readonly ReliableExchanges _exchanges;
    private readonly ReliableClientSession _session;
    private readonly HttpSend _send;

    private ReliableCalls(ReliableExchanges exchanges, ReliableClientSession session, HttpSend send) =>
        (_exchanges, _session, _send) = (exchanges, session, send);

    /// <summary>Why the session takes no more calls; null while it does.</summary>
    public Exception? Failure => _session.Failure;

    /// <param name="exchanges">Sends a message.</param>
    /// <param name="session">The security session.</param>
    /// <param name="send">The transport for messages that belong to no call.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    public static async Task<ReliableCalls> OpenAsync(
        ReliableExchanges exchanges, ClientSession session, HttpSend send, CancellationToken cancellationToken)
    {
        var reliable = await session.OpenReliableSessionAsync(
            (plain, stop) => exchanges.SendAsync(send, null, plain, stop), cancellationToken).ConfigureAwait(false);
        return new ReliableCalls(exchanges, reliable, send);
    }

    /// <summary>Makes a call; null where the session ended before it was sent, so that it belongs into another one.</summary>
    /// <param name="call">How it is sent.</param>
    /// <param name="plain">The envelope. It is copied.</param>
    /// <param name="isOneWay">Whether no reply is expected.</param>
    /// <param name="cancellationToken">Ends the waiting. A request that has its number is sent on.</param>
    public async Task<ReliableAnswer?> CallAsync(
        ReliableCall call, ReadOnlyMemory<byte> plain, bool isOneWay, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        call.GivenUp = waiting;
        try
        {
            return await _session.CallAsync(
                plain, (envelope, stop) => call.SendAsync(_exchanges, _send, envelope, stop), isOneWay, waiting.Token)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (!call.WasSent && e is ObjectDisposedException or SecureConversationException
        {
            Code: FailureCode.SequenceTerminated,
        })
        {
            return null;
        }
        catch (OperationCanceledException) when (call.Forgotten is not null && !cancellationToken.IsCancellationRequested)
        {
            throw call.Forgotten;
        }
    }

    /// <summary>Takes no more calls, and ends the sequence at the service when those under way are answered.</summary>
    public Task CloseAsync(CancellationToken cancellationToken) => _session.CloseAsync(cancellationToken);

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}

/// <summary>One call in a reliable session: how each of its attempts is sent, and what became of them.</summary>
internal sealed class ReliableCall
{
    // Anybody on the way can write one.
    private const int MostDoubts = 3;

    private HttpSend _send;
    private readonly Action<SecureConversationException> _doubted;
    private readonly bool _isIdempotent;

    // The caller may be gone while the request is sent on, so it is not asked any more.
    private readonly SoapPost.Settings _settings;
    private volatile bool _wasSent;
    private SecureConversationException? _forgotten;
    private int _doubts;

    /// <param name="send">The transport of the call.</param>
    /// <param name="request">The request of the caller, for its headers and options.</param>
    /// <param name="isIdempotent">Whether it may be made again in another session.</param>
    /// <param name="doubted">Called when an attempt is answered, without security, that the service does not know the session.</param>
    public ReliableCall(HttpSend send, HttpRequestMessage request, bool isIdempotent, Action<SecureConversationException> doubted)
    {
        (_send, _isIdempotent, _doubted) = (send, isIdempotent, doubted);
        _settings = new SoapPost.Settings(request);
    }

    /// <summary>Whether something of it may have reached the service.</summary>
    public bool WasSent => _wasSent;

    /// <summary>The fault for which the call is made again elsewhere; null for none.</summary>
    public SecureConversationException? Forgotten => Volatile.Read(ref _forgotten);

    /// <summary>Ends the waiting for the answer.</summary>
    public CancellationTokenSource? GivenUp { get; set; }

    /// <summary>
    /// Sends it once by the transport of the call. When that was disposed of since, as a factory does with handlers that nobody holds, that
    /// of the session takes its place, with the headers and options of the call. What a handler refuses is not sent by another one.
    /// </summary>
    public async Task<ReliableAnswer> SendAsync(
        ReliableExchanges exchanges, HttpSend sessionSend, ReadOnlyMemory<byte> plain, CancellationToken stop)
    {
        _wasSent = true;
        try
        {
            return await exchanges.SendAsync(_send, _settings, plain, stop).ConfigureAwait(false);
        }
        catch (ObjectDisposedException) when (_send != sessionSend)
        {
            _send = sessionSend;
            throw;
        }
        catch (SecureConversationException e) when (
            e is { Failure: SecureConversationFailure.BadContextToken, Fault.IsSecured: false })
        {
            _doubted(e);
            if (_isIdempotent && Interlocked.Increment(ref _doubts) >= MostDoubts
                && Interlocked.CompareExchange(ref _forgotten, e, null) is null)
            {
                GiveUp();
            }

            throw;
        }
    }

    private void GiveUp()
    {
        try
        {
            GivenUp?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The caller has gone already.
        }
    }
}
