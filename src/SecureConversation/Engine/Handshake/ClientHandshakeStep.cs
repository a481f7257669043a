using SecureConversation.Engine.Sessions;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// One leg of a handshake as the client sees it: a message to send, and what its reply leads to. Each kind of handshake is a chain of
/// such steps; the hosts only carry bytes.
/// </summary>
internal abstract class ClientHandshakeStep : IDisposable
{
    /// <summary>The SOAP envelope to send.</summary>
    public abstract ReadOnlyMemory<byte> Envelope { get; }

    /// <summary>Its a:Action, for the transport.</summary>
    public abstract string Action { get; }

    /// <summary>Takes the reply, once.</summary>
    /// <exception cref="SecureConversationException">The reply is refused, or the service refused the request.</exception>
    public abstract ClientHandshakeResult Continue(ReadOnlyMemory<byte> reply);

    public abstract void Dispose();
}

/// <summary>Either the next step, or the context that the service issued.</summary>
internal readonly record struct ClientHandshakeResult(ClientHandshakeStep? Next, IssuedContext? Context);
