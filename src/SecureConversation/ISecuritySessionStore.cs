namespace SecureConversation;

/// <summary>
/// Keeps the state of the sessions of a service outside the process, so that other instances of the service can use them or so that
/// they survive a restart. Without a store, sessions live in the memory of one process.
/// </summary>
/// <remarks>
/// The state holds the key of the session: whoever reads the store can read and forge the messages of the session. A store outside the
/// process must encrypt the states. The engine calls <see cref="FindAsync"/> for each message, so a remote store should cache.
/// The engine removes sessions that are cancelled or aborted. Sessions that are never used or left idle stay until the store drops them,
/// which it may do from <see cref="SessionState.Expires"/> on; one that keeps them for SessionIdleTimeout longer lets clients renew a key
/// that has expired. Each process opens at most MaxPendingSessions in one to two times
/// InactivityTimeout of which it does not see a message, so that strangers cannot fill the store faster than that; a store that is limited
/// should drop those first for which <see cref="FindAsync"/> was not called for long.
/// The engine limits what a process holds in memory (<see cref="MessageSecurityServiceOptions.MaxSessions"/>), not how many states of used
/// sessions there are. Several endpoints may have one store: each state says whose it is (<see cref="SessionState.Endpoint"/>).
/// </remarks>
public interface ISecuritySessionStore
{
    /// <summary>Finds the state of a session; null when there is none. The engine disposes of the returned object.</summary>
    /// <param name="id">Identifier of the security context. It comes from the wire and is not verified.</param>
    /// <param name="cancellationToken">Cancels waiting for a remote store.</param>
    ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Stores the state of a new session.</summary>
    /// <param name="state">Owned by the engine, which zeroes its keys: the store must copy what it keeps.</param>
    /// <param name="cancellationToken">Cancels waiting for a remote store.</param>
    ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a state in the place of the stored state of the same session, if the <see cref="SessionState.Version"/> of that one is
    /// <paramref name="version"/>. Comparing and replacing must be one step for all instances: it decides between two renewals, and between
    /// a renewal and the end of a session.
    /// </summary>
    /// <param name="state">The next state. Owned by the engine, which zeroes its keys: the store must copy what it keeps.</param>
    /// <param name="version">The version that the stored state must have.</param>
    /// <param name="cancellationToken">Cancels waiting for a remote store.</param>
    /// <returns>
    /// False when the store has no state of the session, or one of another version, and has changed nothing; the engine reads again and
    /// decides again.
    /// </returns>
    ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken);

    /// <summary>Removes the state of a session. An unknown session is not an error.</summary>
    /// <param name="id">Identifier of the security context.</param>
    /// <param name="cancellationToken">Cancels waiting for a remote store.</param>
    ValueTask RemoveAsync(string id, CancellationToken cancellationToken);
}
