namespace SecureConversation;

/// <summary>
/// Keeps what a service must remember of its sessions where other instances of the service find it, or where it survives a restart.
/// Without a store, sessions live in the memory of one process.
/// </summary>
/// <remarks>
/// The state holds the key of the session: who reads the store can read and forge its messages. A store that leaves the process must
/// encrypt what it keeps. The engine asks for the state of each message's session, so a remote store should cache.
/// </remarks>
public interface ISessionStore
{
    /// <summary>The state of a session; null when there is none. The engine disposes of the object that it is given.</summary>
    /// <param name="id">Identifier of the security context. Comes from the wire, unverified.</param>
    /// <param name="cancellationToken">Cancels waiting for a remote store.</param>
    ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Keeps a state, in place of an earlier one of the same session.</summary>
    /// <param name="state">Owned by the engine: a store copies what it keeps.</param>
    /// <param name="cancellationToken">Cancels waiting for a remote store.</param>
    ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken);

    /// <summary>Forgets a session. Nothing happens when it is not there.</summary>
    /// <param name="id">Identifier of the security context.</param>
    /// <param name="cancellationToken">Cancels waiting for a remote store.</param>
    ValueTask RemoveAsync(string id, CancellationToken cancellationToken);
}
