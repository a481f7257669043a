using Microsoft.AspNetCore.Http;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>A verified request and the way back for its reply, which is protected on the way.</summary>
internal sealed class SecuredRequestContext(
    RequestContext transport, HttpContext? http, Message request, string? action, ServiceResult.Dispatch dispatch, ReplyFailures failures)
    : RequestContext
{
    // Steps of an exchange that come in either order, and end it together: the reply was sent, and CoreWCF has finished.
    private const int Sent = 1;
    private const int Finished = 2;

    // WS-Addressing of August 2004 section 3.1: replies over HTTP go to the anonymous address, which has to be among what is signed.
    private static readonly Uri AnonymousAugust2004 = new(SoapUris.AddressingAugust2004 + "/role/anonymous");

    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _hungUp = http?.RequestAborted ?? CancellationToken.None;
    private Action<SecuredRequestContext>? _over;
    private Action? _instanceFound;
    private volatile bool _isTaken;
    private int _steps;
    private int _isReplied;
    private int _isReleased;

    public override Message RequestMessage => request;

    /// <summary>The action of the request, from its headers or from the transport.</summary>
    public string? Action => action;

    /// <summary>
    /// Completes when the exchange is over, and is cancelled when it was given up. The transport may use its HTTP context until then.
    /// </summary>
    public Task End => _end.Task;

    /// <summary>Whether the exchange is over.</summary>
    public bool IsReleased => Volatile.Read(ref _isReleased) == 1;

    /// <summary>What to do once, when the exchange is over and CoreWCF has finished with the request, or it was given up.</summary>
    public void WhenOver(Action<SecuredRequestContext> over) => _over = over;

    /// <summary>
    /// What to do once, when CoreWCF has a service instance for the request, or the request is over without one. CoreWCF has no event for
    /// that, but it reads the parameters of the operation from the body after it found the instance.
    /// </summary>
    public void WhenInstanceFound(Action instanceFound) => _instanceFound = instanceFound;

    /// <summary>Whether CoreWCF had a service instance for the request.</summary>
    public bool IsTaken => _isTaken;

    public void OnInstance()
    {
        _isTaken = true;
        TellInstanceFound();
    }

    /// <summary>
    /// The channel has closed: CoreWCF answers nothing there. Answers in place of the service, unless the operation runs already.
    /// </summary>
    public async Task TerminateAsync()
    {
        if (_isTaken || IsReleased || Interlocked.Exchange(ref _isReplied, 1) == 1)
        {
            return;
        }

        Interlocked.Or(ref _steps, Finished);
        try
        {
            using var fault = DispatcherFaults.SessionTerminated(request.Version);
            await SendAsync(fault, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The client has gone, and SendAsync has hung up.
        }
    }

    /// <summary>
    /// CoreWCF has finished with the request and closes it no more. Ends the exchange, after the reply where that is still on its way.
    /// </summary>
    /// <param name="isSessionOpen">Whether CoreWCF could have answered: otherwise this does.</param>
    /// <param name="mayComeLater">Whether a request that was not answered may still be.</param>
    public async Task FinishAsync(bool isSessionOpen = true, bool mayComeLater = false)
    {
        if (!isSessionOpen)
        {
            await TerminateAsync().ConfigureAwait(false);
        }

        if (!mayComeLater && dispatch.SequenceId is not null && !IsReleased && Interlocked.Exchange(ref _isReplied, 1) == 0)
        {
            await AcknowledgeAsync().ConfigureAwait(false);
        }
        else if (!mayComeLater && Interlocked.Exchange(ref _isReplied, 1) == 0)
        {
            // As for each message that CoreWCF drops: the transport acknowledges it.
            Interlocked.Or(ref _steps, Sent);
        }

        if ((Interlocked.Or(ref _steps, Finished) & Sent) != 0 && !IsReleased)
        {
            await CloseAnsweredAsync().ConfigureAwait(false);
        }

        if (IsReleased)
        {
            TellOver();
        }
    }

    /// <summary>The host stops: gives the exchange up when its client has gone, or as soon as it goes.</summary>
    public void AbortWithClient() => _hungUp.Register(Abort);

    /// <summary>
    /// Hangs up. The context of the transport is not aborted: CoreWCF's would wait for its reply for ever. Whoever dispatched the request
    /// sees that <see cref="End"/> is cancelled, and lets the transport end its exchange.
    /// </summary>
    public override void Abort() => Release(http is null ? transport.Abort : http.Abort, isGivenUp: true);

    public override Task CloseAsync() => CloseAsync(CancellationToken.None);

    public override async Task CloseAsync(CancellationToken token)
    {
        try
        {
            await transport.CloseAsync(token).ConfigureAwait(false);
        }
        finally
        {
            Release(hangUp: null, isGivenUp: false);
        }
    }

    public override Task ReplyAsync(Message message) => ReplyAsync(message, CancellationToken.None);

    public override Task ReplyAsync(Message? message, CancellationToken token) =>
        // The service and the end of its session may both want to answer: the first one does. Nobody does once the exchange was given up.
        Interlocked.Exchange(ref _isReplied, 1) == 0 && !IsReleased ? SendAsync(message, token) : Task.CompletedTask;

    private async Task SendAsync(Message? message, CancellationToken token)
    {
        try
        {
            await SendToTransportAsync(message, token).ConfigureAwait(false);
        }
        catch
        {
            // Nobody sends again. CoreWCF ends some exchanges then, and not those that its dispatcher answers.
            Abort();
            throw;
        }

        if ((Interlocked.Or(ref _steps, Sent) & Finished) != 0)
        {
            await CloseAnsweredAsync().ConfigureAwait(false);
        }
    }

    /// <summary>CoreWCF answers nothing to a request of a sequence: its client waits for an acknowledgement.</summary>
    private async Task AcknowledgeAsync()
    {
        try
        {
            await SendAsync(null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The client has gone, and SendAsync has hung up. The acknowledgement is kept.
        }
    }

    private async Task CloseAnsweredAsync()
    {
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The client has gone.
            Abort();
        }
    }

    private async Task SendToTransportAsync(Message? message, CancellationToken token)
    {
        if (message is null || (dispatch.SequenceId is not null && dispatch.Request.MessageId is null))
        {
            if (dispatch.Acknowledge() is { } acknowledgement)
            {
                using (acknowledgement)
                using (var own = new EnvelopeMessage(request.Version, acknowledgement.Envelope, acknowledgement.IsFault))
                {
                    await transport.ReplyAsync(own, token).ConfigureAwait(false);
                }

                return;
            }

            // The acknowledgement of a one-way message.
            await transport.ReplyAsync(null, token).ConfigureAwait(false);
            return;
        }

        using var reply = await ProtectAsync(message).ConfigureAwait(false);
        using var secured = new EnvelopeMessage(message.Version, reply.Envelope, reply.IsFault);
        secured.Properties.CopyProperties(message.Properties);
        await transport.ReplyAsync(secured, token).ConfigureAwait(false);
    }

    public override void OnOperationInvoke() => transport.OnOperationInvoke();

    /// <summary>The exchange failed, and whoever dispatched the request tells the transport.</summary>
    public void Release() => Release(hangUp: null, isGivenUp: true);

    // Whoever dispatched the request goes on after this only, so the HTTP context that is aborted is still that of this request.
    private void Release(Action? hangUp, bool isGivenUp)
    {
        TellInstanceFound();
        if (Interlocked.Exchange(ref _isReleased, 1) == 1)
        {
            return;
        }

        try
        {
            hangUp?.Invoke();
            dispatch.Dispose();
            if (isGivenUp || (Volatile.Read(ref _steps) & Finished) != 0)
            {
                TellOver();
            }
        }
        finally
        {
            _ = isGivenUp ? _end.TrySetCanceled() : _end.TrySetResult();
        }
    }

    private void TellOver() => Interlocked.Exchange(ref _over, null)?.Invoke(this);

    private void TellInstanceFound() => Interlocked.Exchange(ref _instanceFound, null)?.Invoke();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // The transport disposes of its own context.
            Abort();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<ProtectedReply> ProtectAsync(Message message)
    {
        try
        {
            return await SecureAsync(message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !IsReleased)
        {
            // The reply cannot be written or cannot be protected. If the exception went on, the client would get no answer.
            failures.Write(dispatch.User, action, e);
            using var fault = DispatcherFaults.InternalServiceFault(message.Version);
            return await SecureAsync(fault).ConfigureAwait(false);
        }
    }

    private async ValueTask<ProtectedReply> SecureAsync(Message message)
    {
        // Otherwise the HTTP transport would remove To, or set the anonymous address, after the signature was made.
        message.Headers.To = message.Version.Addressing == AddressingVersion.WSAddressingAugust2004 ? AnonymousAugust2004 : null;
        if (message.Version.Addressing == AddressingVersion.None)
        {
            message.Headers.Action = null;
        }

        return dispatch.Secure(await Envelopes.WriteAsync(message).ConfigureAwait(false));
    }
}
