using System.Diagnostics.CodeAnalysis;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// Finds the session of a message: an open session of this process or, with a store, a session that another instance of the service
/// opened. With a store, a session that the store does not have has ended.
/// </summary>
internal sealed class SessionRouter(
    SessionTable live, ISecuritySessionStore? store, EndpointScopes? endpoint, BindingMessages messages, KeyChanges keys,
    TimeProvider clock)
{
    // Far more than a store in order ever has at once. Anybody can name a session, so the look-ups are shared by address.
    private const int MostLookUps = 1024;

    // As much work for the store as keeping a session is, when a handshake finds no place.
    private const int LookUpsForAPlace = 2;

    private readonly FairQuota _lookUps = new(MostLookUps, "1,024 look-ups in SessionStore at once");

    /// <summary>The token by which a message names the key that protects it.</summary>
    /// <exception cref="SecurityFailureException">There is none, or it is malformed.</exception>
    public static SecurityContextToken ReadToken(SoapEnvelope wire, ProtocolVersion protocol)
    {
        var security = wire.FindSecurity();
        if (security.IsNull)
        {
            Fail.With(FailureCode.SecurityHeaderMissing, "wsse:Security", $"a body of {wire.Body.FirstChild.Describe()}",
                "a wsse:Security header (SecurityMode.Message)");
        }

        // The first SecurityContextToken is enough here: verification refuses a header with a second one, but for that of a renewal.
        foreach (var child in security.Children)
        {
            if (child.Is(protocol.SecurityContextToken))
            {
                return SecurityContextToken.Read(child, protocol);
            }
        }

        return WithoutSession.Refuse(wire, protocol);
    }

    /// <summary>
    /// Finds and enters the session that the SecurityContextToken of a message names. The name is not verified yet; only verification with
    /// the keys of the session proves that the message belongs to it. So a session that is not open here is revived for this message alone:
    /// it holds no place and is seen by nobody until <see cref="UseAsync"/>, and ends when the message leaves it. Nothing is waited for
    /// between here and the value of the signature, so there are not more of them than processors for messages that fail.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="sender">Who sends it, by his address: nothing else is known yet.</param>
    /// <param name="cancellationToken">Cancels waiting for the store.</param>
    public async ValueTask<ServiceSession> EnterAsync(SecurityContextToken token, Owner sender, CancellationToken cancellationToken)
    {
        var id = token.Identifier;
        if (store is null)
        {
            return live.Find(id) is { } session && session.TryEnter() ? session : Unknown(id, "no session of this process");
        }

        if (!UniqueIds.IsUrn(id))
        {
            Unknown(id, "no identifier of a session of ours");
        }

        if (_lookUps.TryTake(sender) is { } limit)
        {
            Fail.With(FailureCode.ServiceTooBusy, limit);
        }

        try
        {
            return await FindAsync(id, token.Instance, sender, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _lookUps.Release(sender);
        }
    }

    /// <summary>
    /// Records the use of a session by a verified message. One that was revived for the message takes its place among the open ones. One
    /// that was idle or made room while the message was verified has left the memory of this process; it goes on if the store has it. One
    /// that was cancelled or aborted does not.
    /// </summary>
    /// <param name="session">The session that the message has entered.</param>
    /// <param name="instance">The instance of the key that the message is under.</param>
    /// <param name="sender">Who sends the message, by his address.</param>
    /// <param name="cancellationToken">Cancels waiting for the store.</param>
    /// <returns>An open session. If it is not the given one, it is entered, too, and the given one is to be left.</returns>
    /// <exception cref="SecurityFailureException">The session has ended, or there are too many sessions.</exception>
    public async ValueTask<ServiceSession> UseAsync(
        ServiceSession session, string? instance, Owner sender, CancellationToken cancellationToken)
    {
        var used = await ReachAsync(session, instance, sender, cancellationToken).ConfigureAwait(false);
        try
        {
            await keys.UseAsync(used, instance, cancellationToken).ConfigureAwait(false);
            return used;
        }
        catch
        {
            if (used != session)
            {
                used.Leave();
            }

            throw;
        }
    }

    private async ValueTask<ServiceSession> ReachAsync(
        ServiceSession session, string? instance, Owner sender, CancellationToken cancellationToken)
    {
        if (!session.IsRevived && live.Use(session))
        {
            return session;
        }

        if (store is null || (!session.IsRevived && !session.HasLeftMemory))
        {
            Unknown(session.Id, $"a session that has ended: {session.CloseReason}");
        }

        // The look-ups of strangers keep no verified message from its own, but it counts with them.
        _lookUps.Take(sender);
        try
        {
            return session.IsRevived ? await AdmitAsync(session).ConfigureAwait(false)
                : await ReturnAsync(session.Id, instance, sender, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _lookUps.Release(sender);
        }
    }

    /// <summary>
    /// Reserves a place for a pending session; the limit that was met when none is left for this owner, else null. Where none is left, some
    /// of the oldest that were given to the store are looked up: one that has ended at another instance gives its place back.
    /// </summary>
    public async ValueTask<string?> TryReserveAsync(Owner owner, CancellationToken cancellationToken)
    {
        var limit = live.TryReserve(owner);
        if (limit is null || store is null)
        {
            return limit;
        }

        foreach (var id in live.OldestHandedOver(owner, LookUpsForAPlace))
        {
            using var state = await store.FindAsync(id, cancellationToken).ConfigureAwait(false);
            if (state is null)
            {
                live.ReleaseHandedOver(id);
            }
        }

        return live.TryReserve(owner);
    }

    /// <summary>
    /// Keeps an issued session. With a store it is not kept live as well, since its first message may come to another instance. A client
    /// that hangs up does not stop the store, which may have written by then; only NegotiationTimeout does.
    /// </summary>
    /// <param name="session">The session, for which a place among the pending ones was taken.</param>
    /// <param name="cancellationToken">Cancels before the store is asked.</param>
    public async ValueTask AddAsync(ServiceSession session, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (store is null)
        {
            live.Add(session);
            return;
        }

        using var state = session.TrySave(endpoint!.Current, session.Keys)!;
        try
        {
            using var timeout = new CancellationTokenSource(messages.Element.LocalServiceSettings.NegotiationTimeout, clock);
            await store.SaveAsync(state, timeout.Token).ConfigureAwait(false);
        }
        catch
        {
            // The state may have been written. Its place is free when it is gone, or when the time of a session without messages is over.
            live.HandOverAgain(session.Id, session.PendingFor!.Value);
            await RemoveFailedAsync(session.Id).ConfigureAwait(false);
            throw;
        }

        session.Discard();
        live.HandOver(session.Id, session.PendingFor!.Value);
    }

    /// <summary>Ends a session for all instances of the service.</summary>
    public async ValueTask CloseAsync(ServiceSession session, SessionCloseReason reason)
    {
        // What a message cancels may have been revived for it, while others use the same session.
        var isRevived = session.IsRevived;
        var hasEnded = isRevived && live.Close(session.Id, reason);
        if (!isRevived)
        {
            live.Close(session, reason);
        }

        if (store is not null)
        {
            // A client that hangs up must not stop this, or its session would stay behind for others to revive.
            await store.RemoveAsync(session.Id, CancellationToken.None).ConfigureAwait(false);
            hasEnded |= live.Close(session.Id, reason);
        }

        if (isRevived && !hasEnded)
        {
            live.CloseRevived(session, reason);
        }
    }

    private async ValueTask RemoveFailedAsync(string id)
    {
        try
        {
            using var timeout = new CancellationTokenSource(messages.Element.LocalServiceSettings.NegotiationTimeout, clock);
            await store!.RemoveAsync(id, timeout.Token).ConfigureAwait(false);
            live.ReleaseHandedOver(id);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What made the store fail before is what is reported.
        }
    }

    /// <summary>The open session, or a revived one. It is entered.</summary>
    private async ValueTask<ServiceSession> FindAsync(string id, string? instance, Owner sender, CancellationToken cancellationToken)
    {
        var session = live.Find(id);
        using var state = await ReadAsync(id, instance, cancellationToken).ConfigureAwait(false);
        if (state is null || state.Id != id)
        {
            if (session is not null)
            {
                live.Close(session, SessionCloseReason.Aborted);
            }

            return Unknown(id, "no session of the session store");
        }

        RequireOwn(state);
        if (session is not null && session.TryEnter())
        {
            TakeOver(session, state);
            return session;
        }

        return session is null || session.HasLeftMemory ? Revive(state, sender)
            : Unknown(id, $"a session that has ended: {session.CloseReason}");
    }

    /// <summary>The state of a session. Where it lacks the key that is named, another instance may have issued that just now.</summary>
    private async ValueTask<SessionState?> ReadAsync(string id, string? instance, CancellationToken cancellationToken)
    {
        var state = await store!.FindAsync(id, cancellationToken).ConfigureAwait(false);
        if (state is null || state.Keys.Any(key => key.Instance == instance))
        {
            return state;
        }

        state.Dispose();
        return await store.FindLatestAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes over what another instance changed. The session was entered, and is left if that fails.</summary>
    private void TakeOver(ServiceSession session, SessionState state)
    {
        try
        {
            keys.Adopt(session, state);
        }
        catch
        {
            session.Leave();
            throw;
        }
    }

    /// <summary>Refuses a session that another endpoint issued, perhaps to somebody who may not open one here.</summary>
    private void RequireOwn(SessionState state)
    {
        if (!endpoint!.Accepts(state.Endpoint))
        {
            Unknown(state.Id, $"a session for the endpoint '{state.Endpoint}'", $"one of this endpoint: this is '{endpoint.Current}'");
        }
    }

    /// <summary>Enters a session again that has left the memory of this process, for a verified message.</summary>
    private async ValueTask<ServiceSession> ReturnAsync(string id, string? instance, Owner sender, CancellationToken cancellationToken)
    {
        var again = await FindAsync(id, instance, sender, cancellationToken).ConfigureAwait(false);
        ServiceSession used;
        try
        {
            used = again.IsRevived ? await AdmitAsync(again).ConfigureAwait(false)
                : live.Use(again) ? again
                : Unknown(id, $"a session that has ended: {again.CloseReason}");
        }
        catch
        {
            again.Leave();
            throw;
        }

        if (used != again)
        {
            again.Leave();
        }

        return used;
    }

    /// <summary>Gives a revived session its place among the open ones.</summary>
    private async ValueTask<ServiceSession> AdmitAsync(ServiceSession revived)
    {
        var session = live.Admit(revived);
        try
        {
            // The session may have been cancelled since its state was read. From here on whoever cancels it finds it in the table. Others
            // may use it already, so the one who asks here cannot end it by hanging up, nor can a store that fails for him: each message
            // asks the store again.
            using var still = await store!.FindAsync(revived.Id, CancellationToken.None).ConfigureAwait(false);
            if (still is null)
            {
                live.Close(session, SessionCloseReason.Aborted);
            }
            else
            {
                keys.Adopt(session, still);
            }

            return live.Use(session) ? session : Unknown(session.Id, $"a session that has ended: {session.CloseReason}");
        }
        catch
        {
            if (session != revived)
            {
                session.Leave();
            }

            throw;
        }
    }

    private ServiceSession Revive(SessionState state, Owner sender) =>
        new(keys.Read(state), ClientIdentity.Copy(state.User), state.ClientCertificate?.ToArray(), clock)
        {
            // Where a client came from is not kept. A session of nobody counts for the one who names it.
            HeldBy = Owner.NameOfUser(state.User) is { } name ? new Owner(name) : sender,
        };

    /// <summary>The same code for whatever is wrong with the name of a session; what it is says the log.</summary>
    [DoesNotReturn]
    private static ServiceSession Unknown(string id, string found, string? expected = null) =>
        throw new SecurityFailureException(FailureCode.UnknownContext, "wsc:SecurityContextToken")
        {
            Found = found,
            Expected = expected,
            SessionId = id,
        };
}
