namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// A channel with a session: opened by the handshake, closed by cancelling. When the service has ended or forgotten the session, or may
/// have, the channel is faulted, or opens another session if the binding says so. Where the session travels in a cookie there is nothing
/// to cancel, and WCF knows no session: no id either.
/// </summary>
internal class SessionChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : SecurityChannel(factory, security, inner)
{
    // A renewal that failed is tried again after this part of the time that the key has left.
    private const int TriesOfTheRest = 10;

    // Calls that find the session lost open one together.
    private readonly Turn _opening = new();
    private readonly Turn _renewing = new();
    private long _renewNotBefore;
    private volatile ClientSession? _session;
    private string? _id;

    /// <summary>The identifier of the security context; null until the channel is open. Another one after a session was reopened.</summary>
    public string? Id => _session?.Id ?? _id;

    protected override async Task<ProtectedCall> SecureAsync(PlainCall call, bool isAsync)
    {
        var session = _session ?? await ReopenAsync(call.Deadline, isAsync).ConfigureAwait(false);
        try
        {
            await PrepareAsync(session, call, isAsync).ConfigureAwait(false);
            return Secure(session, call);
        }
        catch (SecureConversationException e) when (e.Code == FailureCode.ContextKeyExpired || Security.ReopensLostSessions)
        {
            // The key has expired, and cannot be renewed or the service refused to.
            Lose(session, e.Code);
            if (!Security.ReopensLostSessions)
            {
                throw;
            }
        }

        catch (ObjectDisposedException) when (Security.ReopensLostSessions && _session != session)
        {
            // Another call has lost the session meanwhile.
        }

        // Nothing was sent, so every call goes on.
        return Secure(await ReopenAsync(call.Deadline, isAsync).ConfigureAwait(false), call);
    }

    // As in WCF: a refused reply may be a forgery, which costs a session and no more; a service that has forgotten the session may answer
    // with anything, and the dispatcher ends it after an exception that nobody handled. The caller gets that fault all the same.
    protected override bool OnRefused(PlainCall call, ProtectedCall request, SecureConversationException refused)
    {
        if (refused.Failure == SecureConversationFailure.RenewNeeded && request.Session!.CanRenew)
        {
            // The service itself says that it did not process the call.
            call.ExpiredKey = request.KeyExpires;
            return !call.IsRepeated;
        }

        // In a reliable session the dispatcher's fault is a reply of the sequence, which says itself when it is over.
        var isReplyOfSequence = Security.ReliableMessaging is not null && refused.Failure == SecureConversationFailure.PeerFault;
        if ((refused.Fault is { IsSecured: true } secured && (!secured.EndsSession || isReplyOfSequence))
            || refused.Failure == SecureConversationFailure.ServerTooBusy)
        {
            // A service that is busy, or whose session store is away, still has the session.
            return false;
        }

        Lose(request.Session!, refused.Code);
        if (call.IsRepeated || !Security.ReopensLostSessions || !Security.IsIdempotent(call.Action)
            || refused is not { Failure: SecureConversationFailure.BadContextToken, Fault: not null })
        {
            return false;
        }

        ServiceModelLog.Repeating(Security.Log, LogText.InOneLine(call.Action!), RemoteAddress.Uri);
        return true;
    }

    protected override Exception OnNoReply(ProtectedCall request)
    {
        Lose(request.Session!, FailureCode.EmptyReply);
        return SecurityErrors.ForMessage(new SecureConversationException(SecureConversationFailure.BadContextToken, FailureCode.EmptyReply,
            "The reply is empty: the service has ended the session, as WCF does after an unhandled exception. Make a new channel."));
    }

    protected override Message Bind(Message message) => Security.ReliableMessaging?.Bind(message, Id!, Security.Binding) ?? message;

    protected override async Task OpenAsync(Deadline deadline, bool isAsync)
    {
        try
        {
            await OpenSessionAsync(deadline, isAsync, opensTransport: true).ConfigureAwait(false);
        }
        catch
        {
            Inner.Abort();
            throw;
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
            if (_session is { RequiresCancel: true } session)
            {
                using var cancel = session.StartCancel();
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
            _session?.Dispose();
        }
    }

    protected override void OnAbort()
    {
        AbortInner();
        _session?.Dispose();
    }

    private async Task<ClientSession> ReopenAsync(Deadline deadline, bool isAsync)
    {
        using var turn = await _opening.EnterAsync(deadline, isAsync).ConfigureAwait(false);
        return _session ?? await OpenSessionAsync(deadline, isAsync, opensTransport: false).ConfigureAwait(false);
    }

    private async Task<ClientSession> OpenSessionAsync(Deadline deadline, bool isAsync, bool opensTransport)
    {
        ServiceModelLog.Opening(Security.Log, RemoteAddress.Uri);
        try
        {
            var client = Security.ClientFor(RemoteAddress);
            return Keep(await RunAsync(
                () => client.StartSession(RemoteAddress.Uri), deadline, isAsync, opensTransport).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            ServiceModelLog.OpenFailed(Security.Log, RemoteAddress.Uri, e);
            throw e is SecureConversationException refused ? SecurityErrors.ForHandshake(refused) : SecurityErrors.ForCaller(e);
        }
    }

    /// <summary>Carries out a handshake, after the negotiation of what protects it.</summary>
    private async Task<ClientSession> RunAsync(
        Func<SessionHandshake> start, Deadline deadline, bool isAsync, bool opensTransport = false)
    {
        for (var isRepeated = false; ; isRepeated = true)
        {
            await PrepareAsync(deadline, isAsync).ConfigureAwait(false);
            using var handshake = start();
            if (opensTransport && !isRepeated)
            {
                await OpenInnerAsync(deadline, isAsync).ConfigureAwait(false);
            }

            try
            {
                return await RunAsync(handshake, deadline, isAsync).ConfigureAwait(false);
            }
            catch (SecureConversationException e) when (
                !isRepeated && e is { Failure: SecureConversationFailure.BadContextToken, Fault: not null } && Security.Negotiates)
            {
                // The service has forgotten the context that the handshake was under, and nothing was done: another one is negotiated.
                ServiceModelLog.NegotiatingAgain(Security.Log, RemoteAddress.Uri);
            }
        }
    }

    private async Task<ClientSession> RunAsync(SessionHandshake handshake, Deadline deadline, bool isAsync)
    {
        while (handshake.Step is HandshakeStep.Send next)
        {
            var reply = await ExchangeAsync(next.Envelope, deadline, isAsync).ConfigureAwait(false);
            handshake.Receive(reply.IsEmpty ? throw NoHandshake() : reply);
        }

        return ((HandshakeStep.Completed)handshake.Step).Session;
    }

    // The time is taken first: where the key changes in between, the call is only made under the new key once more.
    private static ProtectedCall Secure(ClientSession session, PlainCall call) =>
        new(KeyExpires: session.Expires, Request: session.Secure(call.Envelope), Session: session);

    /// <summary>
    /// Renews the key where that is due, or where the service did not take it for this call. The call that finds it due does so and is the
    /// first under the new key, because a key that was never used cannot be renewed; others go on under the old key as long as it is good.
    /// </summary>
    private async Task PrepareAsync(ClientSession session, PlainCall call, bool isAsync)
    {
        var isExpired = call.ExpiredKey == session.Expires || (session.IsRenewalDue && session.Expires <= TimeProvider.System.GetUtcNow());
        if (isExpired)
        {
            var expired = session.Expires;
            using var turn = await _renewing.EnterAsync(call.Deadline, isAsync).ConfigureAwait(false);
            if (session.Expires != expired)
            {
                return;
            }

            try
            {
                await RenewAsync(session, call.Deadline, isAsync).ConfigureAwait(false);
            }
            catch (SecureConversationException e) when (
                !Security.ReopensLostSessions || e.Failure == SecureConversationFailure.ServerTooBusy)
            {
                // A service that is busy, or whose session store is away, still has the session: a later call asks again.
                throw SecurityErrors.ForRenewal(e);
            }
        }
        else if (session.IsRenewalDue && Environment.TickCount64 >= Volatile.Read(ref _renewNotBefore)
            && _renewing.TryEnter() is { } turn)
        {
            using (turn)
            {
                await TryRenewAsync(session, call.Deadline, isAsync).ConfigureAwait(false);
            }
        }
    }

    private async Task TryRenewAsync(ClientSession session, Deadline deadline, bool isAsync)
    {
        try
        {
            if (session.IsRenewalDue)
            {
                await RenewAsync(session, deadline, isAsync).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (
            e is SecureConversationException or CommunicationException or TimeoutException && State == CommunicationState.Opened)
        {
            // It is logged, and the old key is still good: it is tried again after a tenth of the time that is left.
            var left = (session.Expires - TimeProvider.System.GetUtcNow()).TotalMilliseconds / TriesOfTheRest;
            Volatile.Write(ref _renewNotBefore, Environment.TickCount64 + (long)left);
        }
    }

    private async Task RenewAsync(ClientSession session, Deadline deadline, bool isAsync)
    {
        try
        {
            await RunAsync(session.StartRenewal, deadline, isAsync).ConfigureAwait(false);
            ServiceModelLog.Renewed(Security.Log, session.Id, RemoteAddress.Uri);
        }
        catch (Exception e)
        {
            ServiceModelLog.RenewalFailed(Security.Log, session.Id, RemoteAddress.Uri, e);
            throw;
        }
    }

    // Abort leaves Opening and Opened under the same lock: either it finds the session and disposes of it, or this finds that the channel
    // was aborted.
    private ClientSession Keep(ClientSession session)
    {
        lock (ThisLock)
        {
            (_session, _id) = (session, session.Id);
            if (State is CommunicationState.Opening or CommunicationState.Opened)
            {
                return session;
            }
        }

        session.Dispose();
        throw new CommunicationObjectAbortedException("The channel was aborted while it opened a session.");
    }

    private static SecureConversationException NoHandshake() =>
        new(SecureConversationFailure.InvalidSecurity, FailureCode.EmptyReply,
            "The answer to the session request is empty: what answers there is no service with secure conversation of this kind. Check the "
            + "address, EstablishSecurityContext, and the versions of the binding.");

    private void Lose(ClientSession session, FailureCode code)
    {
        if (!Security.ReopensLostSessions)
        {
            if (State == CommunicationState.Opened)
            {
                ServiceModelLog.Lost(Security.Log, session.Id, RemoteAddress.Uri, code);
            }

            Fault();
            return;
        }

        // Calls under way in it go on: what said that it is lost may be a lie.
        if (Interlocked.CompareExchange(ref _session, null, session) == session)
        {
            ServiceModelLog.LostAndReopened(Security.Log, session.Id, RemoteAddress.Uri, code);
            session.Dispose();
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
            // The service does not know the session, so there is nothing to cancel.
        }
    }
}

/// <summary>A channel with a session that WCF knows.</summary>
internal sealed class KnownSessionChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : SessionChannel(factory, security, inner), IRequestSessionChannel, IOutputSession, ISecuritySession
{
    public IOutputSession Session => this;

    // A reliable session goes by it: it ends with its security session and does not open another one.
    EndpointIdentity ISecuritySession.RemoteIdentity => RemoteAddress.Identity;
}
