namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// A channel with a session: opened by the handshake, closed by cancelling, faulted when the service has ended or forgotten it, or may
/// have. Where the session travels in a cookie there is nothing to cancel, and WCF knows no session: no id either.
/// </summary>
internal class SessionChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : SecurityChannel(factory, security, inner)
{
    private ClientSession? _session;

    /// <summary>The identifier of the security context; null until the channel is open.</summary>
    public string? Id => _session?.Id;

    protected override SecuredRequest Secure(ReadOnlyMemory<byte> envelope, string? action)
    {
        try
        {
            return _session!.Secure(envelope);
        }
        catch (SecureConversationException e) when (e.Code == FailureCode.ContextKeyExpired)
        {
            Lose(e.Code);
            throw;
        }
    }

    // As in WCF: the dispatcher ends the session after an exception that nobody handled, and the caller gets the fault all the same.
    protected override void OnFaultReply(SoapFault fault)
    {
        if (fault.EndsSession)
        {
            Lose(FailureCode.PeerFault);
            if (new SecureConversationException(fault) is { Failure: SecureConversationFailure.BadContextToken } lost)
            {
                throw SecurityErrors.ForMessage(lost);
            }
        }
    }

    // As in WCF. It may be a forgery, which costs a session and no more; a service that has forgotten it may answer with anything.
    protected override void OnRefusedReply(SecureConversationException refused) => Lose(refused.Code);

    protected override Exception OnNoReply()
    {
        Lose(FailureCode.EmptyReply);
        return SecurityErrors.ForMessage(new SecureConversationException(SecureConversationFailure.BadContextToken, FailureCode.EmptyReply,
            "The reply is empty: the service has ended the session, as WCF does after an unhandled exception. Make a new channel."));
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
                var reply = await ExchangeAsync(next.Envelope, deadline, isAsync).ConfigureAwait(false);
                handshake.Receive(reply.IsEmpty ? throw NoHandshake() : reply);
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
                var reply = await ExchangeAsync(cancel.Envelope, deadline, isAsync).ConfigureAwait(false);

                // WCF answers nothing where it does not know the session, so there is nothing to cancel.
                if (!reply.IsEmpty)
                {
                    Complete(cancel, reply);
                }
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

    private static SecureConversationException NoHandshake() =>
        new(SecureConversationFailure.InvalidSecurity, FailureCode.EmptyReply,
            "The answer to the session request is empty: what answers there is no service with secure conversation of this kind. Check the "
            + "address, EstablishSecurityContext, and the versions of the binding.");

    private void Lose(FailureCode code)
    {
        if (State == CommunicationState.Opened)
        {
            ServiceModelLog.Lost(Security.Log, Id!, RemoteAddress.Uri, code);
        }

        Fault();
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

/// <summary>A channel with a session that WCF knows.</summary>
internal sealed class KnownSessionChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : SessionChannel(factory, security, inner), IRequestSessionChannel, IOutputSession
{
    public IOutputSession Session => this;
}
