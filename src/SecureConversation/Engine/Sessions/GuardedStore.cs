using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Sessions;

/// <summary>The session store of the application. What it throws refuses the message, and says that the store was it.</summary>
internal sealed class GuardedStore(ISecuritySessionStore store) : ISecuritySessionStore
{
    public async ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (StoreFailures.IsOfStore(e, cancellationToken))
        {
            throw Unavailable(e);
        }
    }

    public async ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
    {
        try
        {
            await store.SaveAsync(state, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (StoreFailures.IsOfStore(e, cancellationToken))
        {
            throw Unavailable(e);
        }
    }

    public async ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken)
    {
        try
        {
            return await store.TryReplaceAsync(state, version, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (StoreFailures.IsOfStore(e, cancellationToken))
        {
            throw Unavailable(e);
        }
    }

    public async ValueTask<SessionState?> FindLatestAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindLatestAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (StoreFailures.IsOfStore(e, cancellationToken))
        {
            throw Unavailable(e);
        }
    }

    public async ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await store.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (StoreFailures.IsOfStore(e, cancellationToken))
        {
            throw Unavailable(e);
        }
    }

    private static SecurityFailureException Unavailable(Exception e) =>
        new(FailureCode.StoreUnavailable, nameof(MessageSecurityServiceOptions.SessionStore)) { Thrown = e };
}
