using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The session store of the application, as the engine calls it: what it throws refuses the message as that of a store, and not as a
/// defect of the library. It remembers how the last call ended.
/// </summary>
internal sealed class GuardedSessionStore(ISecuritySessionStore store, TimeProvider clock) : ISecuritySessionStore
{
    private StoreFailure? _failure;

    /// <summary>How the last call failed; null when it did not, and before the first one.</summary>
    public StoreFailure? LastFailure => Volatile.Read(ref _failure);

    public async ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return Succeeded(await store.FindAsync(id, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (ApplicationCode.IsItsOwn(e, cancellationToken))
        {
            throw Failed(e, id);
        }
    }

    public async ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
    {
        try
        {
            await store.SaveAsync(state, cancellationToken).ConfigureAwait(false);
            Succeeded(true);
        }
        catch (Exception e) when (ApplicationCode.IsItsOwn(e, cancellationToken))
        {
            throw Failed(e, state.Id);
        }
    }

    public async ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken)
    {
        try
        {
            return Succeeded(await store.TryReplaceAsync(state, version, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (ApplicationCode.IsItsOwn(e, cancellationToken))
        {
            throw Failed(e, state.Id);
        }
    }

    public async ValueTask<SessionState?> FindLatestAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return Succeeded(await store.FindLatestAsync(id, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (ApplicationCode.IsItsOwn(e, cancellationToken))
        {
            throw Failed(e, id);
        }
    }

    public async ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await store.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
            Succeeded(true);
        }
        catch (Exception e) when (ApplicationCode.IsItsOwn(e, cancellationToken))
        {
            throw Failed(e, id);
        }
    }

    private T Succeeded<T>(T result)
    {
        if (Volatile.Read(ref _failure) is not null)
        {
            Volatile.Write(ref _failure, null);
        }

        return result;
    }

    private SecurityFailureException Failed(Exception e, string id)
    {
        Volatile.Write(ref _failure, new StoreFailure(clock.GetUtcNow(), e));
        return new SecurityFailureException(FailureCode.StoreUnavailable, nameof(MessageSecurityServiceOptions.SessionStore))
        {
            Thrown = e,
            SessionId = id,
        };
    }
}

/// <summary>A call of the session store that failed.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Thrown">What it threw.</param>
internal sealed record StoreFailure(DateTimeOffset At, Exception Thrown);
