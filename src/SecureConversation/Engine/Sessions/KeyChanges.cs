using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// Changes the keys of sessions: in this process by compare-and-swap, and with a store first by
/// <see cref="ISecuritySessionStore.TryReplaceAsync"/>, so that all instances of a service agree on the one order of renewals and switches.
/// What another instance changed is taken over.
/// </summary>
internal sealed class KeyChanges(
    ISecuritySessionStore? store, EndpointScopes? endpoint, BindingMessages messages, RandomSource random, TimeProvider clock)
{
    // Each attempt that fails is one in which another message changed the keys, and a session has at most six of which one can be used.
    private const int MostAttempts = 16;

    /// <summary>
    /// A message of the session was verified under the key of an instance: the first one under a pending key makes it the current key.
    /// </summary>
    /// <exception cref="SecurityFailureException">The session has ended at another instance.</exception>
    public ValueTask UseAsync(ServiceSession session, string? instance, CancellationToken cancellationToken) =>
        session.Keys.FindPending(instance) is null ? ValueTask.CompletedTask : ChangeAsync(
            session,
            keys => keys.Used(instance, clock.GetUtcNow(), messages.Element.LocalServiceSettings.SessionKeyRolloverInterval),
            cancellationToken);

    /// <summary>Adds a key that a renewal issues. It belongs to the session from then on, and to the caller when this fails.</summary>
    /// <param name="session">The session, which the renewal has entered.</param>
    /// <param name="issued">The key.</param>
    /// <param name="endorsing">The instance whose key endorses the renewal, which has to be the current one.</param>
    /// <param name="cancellationToken">Cancels waiting for the store.</param>
    /// <exception cref="SecurityFailureException">The session has ended, has another current key, or too many pending ones.</exception>
    public async ValueTask AddAsync(ServiceSession session, SessionKey issued, string? endorsing, CancellationToken cancellationToken)
    {
        if (store is not null && session.Keys.Current.Instance != endorsing)
        {
            // The client may have made another key the current one at another instance.
            await ReadAgainAsync(store, session, cancellationToken).ConfigureAwait(false);
        }

        await ChangeAsync(session, Renewed, cancellationToken).ConfigureAwait(false);
        if (!session.Keys.All.Contains(issued))
        {
            // The same key was read from the store meanwhile, or is in use or dropped already.
            issued.Retire();
        }

        SessionKeys Renewed(SessionKeys keys)
        {
            if (keys.Current.Instance != endorsing)
            {
                Fail.With(FailureCode.RenewalRefused, "it is not endorsed by the current key of the session");
            }

            return keys.Renewed(issued, clock.GetUtcNow())
                ?? Fail.With<SessionKeys>(FailureCode.RenewalRefused, $"{SessionKeys.MostPending} renewed keys have not been used yet");
        }
    }

    /// <summary>Takes over the keys of a state that is newer than those of the session, which the caller has entered.</summary>
    public void Adopt(ServiceSession session, SessionState state)
    {
        while (true)
        {
            var keys = session.Keys;
            if (state.Version <= keys.Version)
            {
                return;
            }

            var read = Read(state, keys);
            if (session.TryChange(keys, read))
            {
                return;
            }

            Retire(read.All.Except(keys.All));
        }
    }

    /// <summary>The keys of a state.</summary>
    /// <param name="state">The state. It stays the caller's.</param>
    /// <param name="known">
    /// The keys that the session has, which it keeps where their instances are in the state; null when it has none.
    /// </param>
    /// <exception cref="InvalidOperationException">The store returned a key that the suite of the binding does not use.</exception>
    public SessionKeys Read(SessionState state, SessionKeys? known = null)
    {
        var made = new List<SessionKey>(state.Keys.Count);
        try
        {
            return new SessionKeys
            {
                Current = Of(state.Keys.Single(key => key.Role == SessionKeyRole.Current)),
                Previous = state.Keys.SingleOrDefault(key => key.Role == SessionKeyRole.Previous) is { } previous ? Of(previous) : null,
                PreviousUntil = state.Keys.SingleOrDefault(key => key.Role == SessionKeyRole.Previous)?.AcceptedUntil ?? default,
                Pending = [.. state.Keys.Where(key => key.Role == SessionKeyRole.Pending).Take(SessionKeys.MostPending).Select(Of)],
                Version = state.Version,
            };
        }
        catch
        {
            Retire(made);
            throw;
        }

        SessionKey Of(SessionKeyState key)
        {
            if (known?.All.FirstOrDefault(k => k.Instance == key.Instance) is { } present)
            {
                return present;
            }

            made.Add(Create(state.Id, key));
            return made[^1];
        }
    }

    private SessionKey Create(string id, SessionKeyState key)
    {
        if (!messages.Element.DefaultAlgorithmSuite.IsSymmetricKeyLengthSupported(key.Key.Length * 8))
        {
            throw new InvalidOperationException(
                $"The session store returned a key of {key.Key.Length} octets, which the algorithm suite of the binding does not use.");
        }

        var context = new SecurityContextKey(id, key.Instance, SymmetricKey.From(key.Key));
        try
        {
            var sendKeys = SessionSendKeys.Create(context, messages.ForHandshake(MessageRole.Reply), random, nonces: key.ReplyNonces);
            return new SessionKey(context, sendKeys, key.Expires);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Applies a transition to the keys of a session, again where others have changed them meanwhile.</summary>
    private async ValueTask ChangeAsync(
        ServiceSession session, Func<SessionKeys, SessionKeys> transition, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MostAttempts; i++)
        {
            var keys = session.Keys;
            var next = transition(keys);
            if (ReferenceEquals(next, keys) || (store is null && session.TryChange(keys, next)))
            {
                return;
            }

            if (store is not null && await TryChangeAsync(store, session, keys, next, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        Fail.With(FailureCode.ServiceTooBusy, "changes of the keys of one session");
    }

    private async ValueTask<bool> TryChangeAsync(
        ISecuritySessionStore store, ServiceSession session, SessionKeys keys, SessionKeys next, CancellationToken cancellationToken)
    {
        using var state = session.TrySave(endpoint!.Current, next);
        if (state is null)
        {
            return false;
        }

        if (await store.TryReplaceAsync(state, keys.Version, cancellationToken).ConfigureAwait(false))
        {
            if (!session.TryChange(keys, next))
            {
                // Another message has read what was written just now, or what came after it, or has dropped an outdated key.
                Adopt(session, state);
            }

            return true;
        }

        await ReadAgainAsync(store, session, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async ValueTask ReadAgainAsync(ISecuritySessionStore store, ServiceSession session, CancellationToken cancellationToken)
    {
        using var now = await store.FindLatestAsync(session.Id, cancellationToken).ConfigureAwait(false);
        if (now is null || now.Id != session.Id || !endpoint!.Accepts(now.Endpoint))
        {
            Fail.With(FailureCode.UnknownContext);
        }

        Adopt(session, now);
    }

    private static void Retire(IEnumerable<SessionKey> keys)
    {
        foreach (var key in keys)
        {
            key.Retire();
        }
    }
}
