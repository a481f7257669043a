namespace SecureConversation.Http.Internal;

/// <summary>
/// Renews the key of a session. The call that finds a renewal due waits for it and is the first under the new key, as in WCF, because a key
/// that was never used cannot be renewed; other calls go on under the old key. Only where that has expired do all of them wait, for one
/// renewal together, which none of them ends by giving up.
/// </summary>
internal sealed class SessionRenewal(ClientSession session, Endpoint endpoint, Uri address, HttpSend send)
{
    // A renewal that failed is tried again after a tenth of the time that the key has left.
    private const int TriesOfTheRest = 10;

    private readonly Lock _gate = new();
    private Task? _running;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    /// <summary>
    /// Whether the service has refused to renew the session, as it does when the client has another certificate or user name by now: it
    /// would do so again.
    /// </summary>
    public bool IsRefused { get; private set; }

    private bool IsExpired => endpoint.Clock.GetUtcNow() >= session.Expires;

    /// <summary>Renews the key if that is due, before a call.</summary>
    /// <exception cref="SecureConversationException">The key has expired, and the renewal was refused.</exception>
    /// <exception cref="HttpRequestException">The key has expired, and the transport failed.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (!session.IsRenewalDue)
        {
            return;
        }

        var isExpired = IsExpired;
        Task renewal;
        lock (_gate)
        {
            if (!isExpired && (_running is not null || endpoint.Clock.GetUtcNow() < _notBefore))
            {
                return;
            }

            renewal = _running ??= Start();
        }

        await renewal.WaitAsync(cancellationToken)
            .ConfigureAwait(isExpired ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Renews the key, unless that has happened since.</summary>
    /// <param name="expires">When the key expires that the service does not take any more.</param>
    /// <param name="cancellationToken">Ends the waiting, but not the renewal.</param>
    public Task RenewAsync(DateTimeOffset expires, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _running is null && session.Expires != expires
                ? Task.CompletedTask
                : (_running ??= Start()).WaitAsync(cancellationToken);
        }
    }

    private Task Start() => Task.Run(RunAsync, CancellationToken.None);

    private async Task RunAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(endpoint.OpenTimeout);
            await endpoint.PrepareAsync(address, send, timeout.Token).ConfigureAwait(false);
            using var handshake = session.StartRenewal();
            await endpoint.RunAsync(handshake, address, send, timeout.Token).ConfigureAwait(false);
            HttpLog.Renewed(endpoint.Log, session.Id, address.AbsoluteUri);
            End(DateTimeOffset.MinValue);
        }
        catch (Exception e)
        {
            HttpLog.RenewalFailed(endpoint.Log, session.Id, address.AbsoluteUri, e);

            // Who is on the way may forge a fault without security, and a busy service may renew it later.
            IsRefused |= e is SecureConversationException { Fault.IsSecured: true, Failure: not SecureConversationFailure.ServerTooBusy };
            var now = endpoint.Clock.GetUtcNow();
            End(session.Expires > now ? now + ((session.Expires - now) / TriesOfTheRest) : DateTimeOffset.MinValue);
            throw e is OperationCanceledException
                ? new HttpRequestException(
                    $"The service did not answer the renewal of a session within OpenTimeout ({endpoint.OpenTimeout}).",
                    new TimeoutException(null, e))
                : e;
        }
    }

    private void End(DateTimeOffset notBefore)
    {
        lock (_gate)
        {
            // Observes an exception: nobody may be waiting.
            _ = _running?.ContinueWith(
                static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            _running = null;
            _notBefore = notBefore;
        }
    }
}
