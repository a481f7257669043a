namespace SecureConversation.Http.Internal;

/// <summary>
/// An open session that concurrent calls share, counted: the last call to leave a retired session ends it, at the service
/// too where that was asked for. So replacing a session fails no call that is under way in it.
/// </summary>
internal sealed class SharedSession
{
    private readonly ClientSession _session;
    private readonly Endpoint _endpoint;
    private readonly Uri _address;
    private readonly HttpSend _send;
    private readonly UseCount _users;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _replaceAt;
    private readonly SessionRenewal? _renewal;
    private readonly ReliableExchanges _exchanges;
    private ReliableCalls? _reliable;
    private int _isRetired;
    private volatile bool _isKnownToService;

    public SharedSession(ClientSession session, Endpoint endpoint, Uri address, HttpSend send)
    {
        _session = session;
        _endpoint = endpoint;
        _address = address;
        _send = send;
        _users = new UseCount(() => Task.Run(EndAsync));
        _renewal = session.CanRenew ? new SessionRenewal(session, endpoint, address, send) : null;
        _replaceAt = ReplaceAt(session, endpoint);
        _exchanges = new ReliableExchanges(session, _renewal, endpoint, address);
    }

    public string Id => _session.Id;

    /// <summary>Completed when the session is over; failed when the service could not be told.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The reliable session in this one; null where the binding has none.</summary>
    public ReliableCalls? Reliable => _reliable;

    /// <summary>Whether another session takes the place of this one, whose key cannot be renewed, or whose sequence is over.</summary>
    public bool IsDue => _reliable?.Failure is not null
        || (_renewal is null ? _endpoint.Clock.GetUtcNow() >= _replaceAt : _renewal.IsRefused);

    /// <summary>When the key expires that requests are under.</summary>
    public DateTimeOffset Expires => _session.Expires;

    /// <summary>Opens the reliable session of the binding. Called before anybody else has this session.</summary>
    public async Task OpenReliableAsync(CancellationToken cancellationToken) =>
        _reliable = await ReliableCalls.OpenAsync(_exchanges, _session, _send, cancellationToken).ConfigureAwait(false);

    /// <summary>Renews the key if that is due, before a call.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => _renewal?.PrepareAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Renews a key that the service does not take any more.</summary>
    /// <param name="expires">When that key expires.</param>
    /// <param name="cancellationToken">Ends the waiting, but not the renewal.</param>
    /// <exception cref="InvalidOperationException">The binding does not renew sessions.</exception>
    public Task RenewAsync(DateTimeOffset expires, CancellationToken cancellationToken) =>
        _renewal?.RenewAsync(expires, cancellationToken)
        ?? throw new InvalidOperationException("The binding does not renew sessions.");

    public bool CanRenew => _renewal is not null;

    public SecuredRequest Secure(ReadOnlyMemory<byte> envelope) => _session.Secure(envelope);

    /// <summary>Keeps the session for one call; false when it is over. Paired with <see cref="Leave"/>.</summary>
    public bool TryEnter() => _users.TryEnter();

    /// <summary>The call is over.</summary>
    public void Leave() => _users.Leave();

    /// <summary>Ends the session as soon as no call uses it.</summary>
    /// <param name="isKnownToService">Whether to cancel it at the service.</param>
    public void Retire(bool isKnownToService)
    {
        if (Interlocked.Exchange(ref _isRetired, 1) == 0)
        {
            _isKnownToService = isKnownToService;

            // Calls that wait for room in its window go into another session.
            _ = _reliable?.CloseAsync(CancellationToken.None);
            _users.Leave();
        }
    }

    /// <summary>
    /// When to replace the session: MaxClockSkew before it expires at the service, or a quarter of its life before where that is less; and
    /// no later than SessionKeyRenewalInterval, when a client of WCF would renew the key.
    /// </summary>
    private static DateTimeOffset ReplaceAt(ClientSession session, Endpoint endpoint)
    {
        var now = endpoint.Clock.GetUtcNow();
        var settings = endpoint.Client.Binding.Element.LocalClientSettings;
        var byAge = settings.SessionKeyRenewalInterval < DateTimeOffset.MaxValue - now
            ? now + settings.SessionKeyRenewalInterval
            : DateTimeOffset.MaxValue;
        if (session.Expires == DateTimeOffset.MaxValue)
        {
            return byAge;
        }

        var quarter = (session.Expires - now) / 4;
        var byExpiry = session.Expires - (quarter < settings.MaxClockSkew ? quarter : settings.MaxClockSkew);
        return byAge < byExpiry ? byAge : byExpiry;
    }

    private async Task EndAsync()
    {
        try
        {
            await EndReliableAsync().ConfigureAwait(false);

            // Where the binding requires no cancellation, the service forgets the session by itself.
            if (_isKnownToService && _session.RequiresCancel)
            {
                if (await CancelAsync().ConfigureAwait(false))
                {
                    HttpLog.Cancelled(_endpoint.Log, Id, _address.AbsoluteUri);
                }
                else
                {
                    HttpLog.Gone(_endpoint.Log, Id, _address.AbsoluteUri);
                }
            }

            _ended.SetResult();
        }
        catch (Exception e)
        {
            HttpLog.CancelFailed(_endpoint.Log, Id, _address.AbsoluteUri, e);
            _ended.SetException(e);
            _ = _ended.Task.Exception; // Observes it: mostly nobody waits for the end.
        }
        finally
        {
            _session.Dispose();
        }
    }

    /// <summary>
    /// Ends the sequence, which comes before the session that it is in. Where that fails, the session is cancelled all the same.
    /// </summary>
    private async Task EndReliableAsync()
    {
        if (_reliable is not { } reliable)
        {
            return;
        }

        try
        {
            if (_isKnownToService)
            {
                await reliable.CloseAsync(CancellationToken.None).WaitAsync(_endpoint.CloseTimeout / 2).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            HttpLog.SequenceNotClosed(_endpoint.Log, Id, _address.AbsoluteUri, e);
        }
        finally
        {
            await reliable.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// True when the service confirmed it; false when it says by a fault, or by nothing as WCF does, that there is no session.
    /// </summary>
    private async Task<bool> CancelAsync()
    {
        using var timeout = new CancellationTokenSource(_endpoint.CloseTimeout);
        var cancel = _session.StartCancel();
        using var request = _endpoint.CreateRequest(_address, cancel.Envelope, cancel.Action, owner: cancel);
        try
        {
            using var response = await _endpoint.ExchangeAsync(_send, request, isOneWay: false, timeout.Token).ConfigureAwait(false);
            return response.Verify(AwaitedReply.OfCancel, envelope =>
            {
                cancel.Complete(envelope);
                return true;
            });
        }
        catch (SecureConversationException e) when (e.Code == FailureCode.EmptyReply
            || e is { Failure: SecureConversationFailure.BadContextToken, Fault: not null })
        {
            return false;
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw new HttpRequestException(
                $"The service did not answer within CloseTimeout ({_endpoint.CloseTimeout}).", new TimeoutException(null, e));
        }
    }
}
