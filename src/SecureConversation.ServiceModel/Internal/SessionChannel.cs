using System.ServiceModel;
using System.ServiceModel.Channels;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>A channel with a session: opened by the handshake, closed by cancelling, faulted when the service has forgotten it.</summary>
internal sealed class SessionChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : SecurityChannel(factory, security, inner), IRequestSessionChannel, IOutputSession
{
    private ClientSession? _session;

    public IOutputSession Session => this;

    /// <summary>The identifier of the security context; null until the channel is open.</summary>
    public string? Id => _session?.Id;

    protected override SecuredRequest Secure(ReadOnlyMemory<byte> envelope) => _session!.Secure(envelope);

    // The fault may be a forgery when it came without security: that costs a session, no more, and callers of WCF wait for the state.
    protected override void OnFaultReply(SecureConversationException fault)
    {
        if (fault.Failure == SecureConversationFailure.BadContextToken)
        {
            ServiceModelLog.Lost(Security.Log, Id!, RemoteAddress.Uri);
            Fault();
            throw SecurityErrors.ForMessage(fault);
        }
    }

    protected override void OnOpen(TimeSpan timeout)
    {
        var deadline = new Deadline(timeout);
        using var handshake = StartHandshake();
        try
        {
            Inner.Open(deadline.Remaining);
            while (handshake.Step is HandshakeStep.Send next)
            {
                handshake.Receive(Exchange(next.Envelope, deadline));
            }

            Keep(handshake);
        }
        catch (Exception e)
        {
            throw HandshakeFailed(e);
        }
    }

    protected override IAsyncResult OnBeginOpen(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(OpenAsync(new Deadline(timeout)), callback, state);

    protected override void OnEndOpen(IAsyncResult result) => TaskToAsyncResult.End(result);

    protected override void OnClose(TimeSpan timeout)
    {
        var deadline = new Deadline(timeout);
        Calls.DrainAsync(deadline).GetAwaiter().GetResult();
        try
        {
            if (_session!.RequiresCancel)
            {
                using var cancel = _session.StartCancel();
                Complete(cancel, Exchange(cancel.Envelope, deadline));
            }

            Inner.Close(deadline.Remaining);
        }
        catch (Exception e)
        {
            throw CancelFailed(e);
        }
        finally
        {
            _session!.Dispose();
        }
    }

    protected override IAsyncResult OnBeginClose(TimeSpan timeout, AsyncCallback callback, object state) =>
        TaskToAsyncResult.Begin(CloseAsync(new Deadline(timeout)), callback, state);

    protected override void OnEndClose(IAsyncResult result) => TaskToAsyncResult.End(result);

    protected override void OnAbort()
    {
        Inner.Abort();
        _session?.Dispose();
    }

    private async Task OpenAsync(Deadline deadline)
    {
        using var handshake = StartHandshake();
        try
        {
            await Task.Factory.FromAsync(Inner.BeginOpen, Inner.EndOpen, deadline.Remaining, null).ConfigureAwait(false);
            while (handshake.Step is HandshakeStep.Send next)
            {
                handshake.Receive(await ExchangeAsync(next.Envelope, deadline).ConfigureAwait(false));
            }

            Keep(handshake);
        }
        catch (Exception e)
        {
            throw HandshakeFailed(e);
        }
    }

    private async Task CloseAsync(Deadline deadline)
    {
        await Calls.DrainAsync(deadline).ConfigureAwait(false);
        try
        {
            if (_session!.RequiresCancel)
            {
                using var cancel = _session.StartCancel();
                Complete(cancel, await ExchangeAsync(cancel.Envelope, deadline).ConfigureAwait(false));
            }

            await Task.Factory.FromAsync(Inner.BeginClose, Inner.EndClose, deadline.Remaining, null).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw CancelFailed(e);
        }
        finally
        {
            _session!.Dispose();
        }
    }

    // Abort leaves Opening under the same lock: either it finds the session to dispose, or we find that it has been there.
    private void Keep(SessionHandshake handshake)
    {
        var session = ((HandshakeStep.Completed)handshake.Step).Session;
        lock (ThisLock)
        {
            _session = session;
            if (State == CommunicationState.Opening)
            {
                return;
            }
        }

        session.Dispose();
        throw new CommunicationObjectAbortedException("The channel was aborted while it opened.");
    }

    private SessionHandshake StartHandshake()
    {
        ServiceModelLog.Opening(Security.Log, RemoteAddress.Uri);
        try
        {
            return Security.ClientFor(RemoteAddress).StartSession(RemoteAddress.Uri);
        }
        catch (Exception e)
        {
            throw HandshakeFailed(e);
        }
    }

    private void Complete(SessionCancel cancel, ReadOnlyMemory<byte> reply)
    {
        try
        {
            cancel.Complete(reply);
            ServiceModelLog.Cancelled(Security.Log, Id!, RemoteAddress.Uri);
        }
        catch (SecureConversationException e) when (e is { Failure: SecureConversationFailure.BadContextToken, Fault: not null })
        {
            // The service does not know the session: there is nothing to cancel.
        }
    }

    private Exception HandshakeFailed(Exception e)
    {
        Inner.Abort();
        ServiceModelLog.OpenFailed(Security.Log, RemoteAddress.Uri, e);
        return e is SecureConversationException refused ? SecurityErrors.ForHandshake(refused) : SecurityErrors.ForCaller(e);
    }

    private Exception CancelFailed(Exception e)
    {
        ServiceModelLog.CancelFailed(Security.Log, Id!, RemoteAddress.Uri, e);
        return SecurityErrors.ForCaller(e);
    }
}
