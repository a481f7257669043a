using Microsoft.AspNetCore.Http;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>A verified request and the way back for its reply, which is protected on the way.</summary>
internal sealed class SecuredRequestContext(
    RequestContext transport, HttpContext? http, Message request, ServiceResult.Dispatch dispatch, ReplyFailures failures)
    : RequestContext
{
    // WS-Addressing of August 2004 section 3.1: replies over HTTP go to the anonymous address, which has to be among what is signed.
    private static readonly Uri AnonymousAugust2004 = new(SoapUris.AddressingAugust2004 + "/role/anonymous");

    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<SecuredRequestContext>? _released;
    private Action? _instanceFound;
    private volatile bool _isTaken;
    private volatile bool _isSent;
    private volatile bool _isChannelClosed;
    private int _isReplied;
    private int _isReleased;

    public override Message RequestMessage => request;

    /// <summary>
    /// Completes when the exchange is over, and is cancelled when it was given up. The transport may use its HTTP context until then.
    /// </summary>
    public Task End => _end.Task;

    /// <summary>Whether the exchange is over.</summary>
    public bool IsReleased => Volatile.Read(ref _isReleased) == 1;

    /// <summary>What to do once, when the exchange is over.</summary>
    public void WhenReleased(Action<SecuredRequestContext> released) => _released = released;

    /// <summary>
    /// What to do once, when CoreWCF has a service instance for the request, or the request is over without one. CoreWCF has no event for
    /// that, but it reads the parameters of the operation from the body after it found the instance.
    /// </summary>
    public void WhenInstanceFound(Action instanceFound) => _instanceFound = instanceFound;

    public void OnInstance()
    {
        _isTaken = true;
        Interlocked.Exchange(ref _instanceFound, null)?.Invoke();
    }

    /// <summary>
    /// The channel has closed. Answers in place of the service, unless the operation runs already. Where it has answered, as one that ends
    /// the session (IsTerminating), the exchange is over: CoreWCF closes the channel then and leaves the exchange open.
    /// </summary>
    public async Task TerminateAsync()
    {
        _isChannelClosed = true;
        if (_isSent)
        {
            await CloseAnsweredAsync().ConfigureAwait(false);
            return;
        }

        if (_isTaken || Interlocked.Exchange(ref _isReplied, 1) == 1)
        {
            return;
        }

        try
        {
            using var fault = DispatcherFaults.SessionTerminated(request.Version);
            await SendAsync(fault, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The client has gone.
            Abort();
        }
    }

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
            Release();
        }
    }

    public override Task ReplyAsync(Message message) => ReplyAsync(message, CancellationToken.None);

    public override Task ReplyAsync(Message? message, CancellationToken token) =>
        // The service and the end of its session may both want to answer: the first one does. Nobody does once the exchange was given up.
        Interlocked.Exchange(ref _isReplied, 1) == 0 && !IsReleased ? SendAsync(message, token) : Task.CompletedTask;

    private async Task SendAsync(Message? message, CancellationToken token)
    {
        await SendToTransportAsync(message, token).ConfigureAwait(false);
        _isSent = true;
        if (_isChannelClosed)
        {
            await CloseAnsweredAsync().ConfigureAwait(false);
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
        if (message is null)
        {
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

    /// <summary>The exchange is over.</summary>
    public void Release() => Release(hangUp: null, isGivenUp: false);

    // Whoever dispatched the request goes on after this only, so the HTTP context that is aborted is still that of this request.
    private void Release(Action? hangUp, bool isGivenUp)
    {
        OnInstance();
        if (Interlocked.Exchange(ref _isReleased, 1) == 1)
        {
            return;
        }

        try
        {
            hangUp?.Invoke();
            dispatch.Dispose();
            _released?.Invoke(this);
        }
        finally
        {
            _ = isGivenUp ? _end.TrySetCanceled() : _end.TrySetResult();
        }
    }

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
            failures.Write(dispatch.User, dispatch.Request.Action, e);
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
