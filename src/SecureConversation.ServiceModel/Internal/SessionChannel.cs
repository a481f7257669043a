namespace SecureConversation.ServiceModel.Internal;

/// <summary>A channel with a session: opened by the handshake, closed by cancelling, faulted when the service has forgotten it.</summary>
internal sealed class SessionChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : SecurityChannel(factory, security, inner), IRequestSessionChannel, IOutputSession
{
    private ClientSession? _session;

    public IOutputSession Session => this;

    /// <summary>The identifier of the security context; null until the channel is open.</summary>
    public string? Id => _session?.Id;

    protected override SecuredRequest Secure(ReadOnlyMemory<byte> envelope, string? action) => _session!.Secure(envelope);

    // A fault without security may be a forgery. It costs a session and no more, and callers of WCF look at the state of the channel.
    protected override void OnFaultReply(SecureConversationException fault)
    {
        if (fault.Failure == SecureConversationFailure.BadContextToken)
        {
            ServiceModelLog.Lost(Security.Log, Id!, RemoteAddress.Uri);
            Fault();
            throw SecurityErrors.ForMessage(fault);
        }
    }

    protected override async Task OpenAsync(Deadline deadline, bool isAsync)
    {
        ServiceModelLog.Opening(Security.Log, RemoteAddress.Uri);
        try
        {
            using var handshake = Security.ClientFor(RemoteAddress).StartSession(RemoteAddress.Uri);
            await OpenInnerAsync(deadline, isAsync).ConfigureAwait(false);
            while (handshake.Step is HandshakeStep.Send next)
            {
                handshake.Receive(await ExchangeAsync(next.Envelope, deadline, isAsync).ConfigureAwait(false));
            }

            Keep(((HandshakeStep.Completed)handshake.Step).Session);
        }
        catch (Exception e)
        {
            Inner.Abort();
            ServiceModelLog.OpenFailed(Security.Log, RemoteAddress.Uri, e);
            throw e is SecureConversationException refused ? SecurityErrors.ForHandshake(refused) : SecurityErrors.ForCaller(e);
        }
    }

    protected override async Task CloseAsync(Deadline deadline, bool isAsync)
    {
        var drained = Calls.DrainAsync(deadline);
        if (isAsync)
        {
            await drained.ConfigureAwait(false);
        }
        else
        {
            drained.GetAwaiter().GetResult();
        }

        try
        {
            if (_session!.RequiresCancel)
            {
                using var cancel = _session.StartCancel();
                Complete(cancel, await ExchangeAsync(cancel.Envelope, deadline, isAsync).ConfigureAwait(false));
            }

            await CloseInnerAsync(deadline, isAsync).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ServiceModelLog.CancelFailed(Security.Log, Id!, RemoteAddress.Uri, e);
            throw SecurityErrors.ForCaller(e);
        }
        finally
        {
            _session!.Dispose();
        }
    }

    protected override void OnAbort()
    {
        Inner.Abort();
        _session?.Dispose();
    }

    // Abort leaves Opening under the same lock: either it finds the session and disposes of it, or this finds that the channel was aborted.
    private void Keep(ClientSession session)
    {
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

    private void Complete(SessionCancel cancel, ReadOnlyMemory<byte> reply)
    {
        try
        {
            cancel.Complete(reply);
            ServiceModelLog.Cancelled(Security.Log, Id!, RemoteAddress.Uri);
        }
        catch (SecureConversationException e) when (e is { Failure: SecureConversationFailure.BadContextToken, Fault: not null })
        {
            // The service does not know the session, so there is nothing to cancel.
        }
    }
}
