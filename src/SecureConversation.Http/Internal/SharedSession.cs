namespace SecureConversation.Http.Internal;

/// <summary>
/// An open session that concurrent calls share, counted: the last call to leave a retired session ends it, at the service
/// too where that was asked for. So replacing a session fails no call that is under way in it.
/// </summary>
internal sealed class SharedSession(ClientSession session, Endpoint endpoint, Uri address, string name, HttpSend send)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _replaceAt = ReplaceAt(session, endpoint);
    private int _users = 1;
    private int _isRetired;
    private volatile bool _isKnownToService;

    public string Id => session.Id;

    /// <summary>Completed when the session is over; failed when the service could not be told.</summary>
    public Task Ended => _ended.Task;

    public bool IsDue => endpoint.Clock.GetUtcNow() >= _replaceAt;

    public SecuredRequest Secure(ReadOnlyMemory<byte> envelope) => session.Secure(envelope);

    /// <summary>Keeps the session for one call; false when it is over. Paired with <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _ = Task.Run(EndAsync);
        }
    }

    /// <summary>Ends the session as soon as no call uses it.</summary>
    /// <param name="isKnownToService">Whether to cancel it at the service.</param>
    public void Retire(bool isKnownToService)
    {
        if (Interlocked.Exchange(ref _isRetired, 1) == 0)
        {
            _isKnownToService = isKnownToService;
            Leave();
        }
    }

    /// <summary>
    /// Before the end that the service set, by the clock skew, though not by more than a quarter of a short life; and at
    /// the age that the binding sets (WCF would renew the key then).
    /// </summary>
    private static DateTimeOffset ReplaceAt(ClientSession session, Endpoint endpoint)
    {
        var now = endpoint.Clock.GetUtcNow();
        var settings = endpoint.Client.Binding.Element.LocalClientSettings;
        var byAge = settings.SessionKeyRenewalInterval < DateTimeOffset.MaxValue - now ? now + settings.SessionKeyRenewalInterval : DateTimeOffset.MaxValue;
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
            // Where the binding has no cancellation, the service forgets the session by itself.
            if (_isKnownToService && session.RequiresCancel)
            {
                await CancelAsync().ConfigureAwait(false);
                HttpLog.Cancelled(endpoint.Log, Id, name);
            }

            _ended.SetResult();
        }
        catch (Exception e)
        {
            HttpLog.CancelFailed(endpoint.Log, Id, name, e);
            _ended.SetException(e);
            _ = _ended.Task.Exception; // Observed: mostly nobody waits for the end.
        }
        finally
        {
            session.Dispose();
        }
    }

    private async Task CancelAsync()
    {
        using var timeout = new CancellationTokenSource(endpoint.CloseTimeout);
        var cancel = session.StartCancel();
        using var request = SoapPost.Create(endpoint.Version, address, cancel.Envelope, cancel.Action, owner: cancel);
        try
        {
            using var response = await endpoint.ExchangeAsync(send, request, isOneWay: false, timeout.Token).ConfigureAwait(false);
            response.Verify(envelope =>
            {
                cancel.Complete(envelope);
                return true;
            });
        }
        catch (SecureConversationException e) when (e is { Failure: SecureConversationFailure.BadContextToken, Fault: not null })
        {
            // The service does not know the session: there is nothing to cancel.
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw new HttpRequestException($"The service did not answer within CloseTimeout ({endpoint.CloseTimeout}).", new TimeoutException(null, e));
        }
    }
}
