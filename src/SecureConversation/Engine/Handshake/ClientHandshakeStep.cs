using SecureConversation.Engine.Sessions;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// One step of a handshake on the side of the client: a message to send, and the processing of its reply. A handshake is a chain of such
/// steps; the host only sends and receives bytes.
/// </summary>
internal abstract class ClientHandshakeStep : IDisposable
{
    /// <summary>The SOAP envelope to send.</summary>
    public abstract ReadOnlyMemory<byte> Envelope { get; }

    /// <summary>The a:Action of <see cref="Envelope"/>, for the transport.</summary>
    public abstract string Action { get; }

    /// <summary>Verifies the reply. To be called once.</summary>
    /// <exception cref="SecureConversationException">The reply is refused, or the service refused the request.</exception>
    public abstract ClientHandshakeResult Continue(ReadOnlyMemory<byte> reply);

    public abstract void Dispose();
}

/// <summary>Either the next step, or the context that the service issued.</summary>
internal readonly record struct ClientHandshakeResult(ClientHandshakeStep? Next, IssuedContext? Context);
