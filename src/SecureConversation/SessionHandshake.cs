using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation;

/// <summary>
/// The handshake that opens a session (<see cref="MessageSecurityClient.StartSession"/>) or renews its key
/// (<see cref="ClientSession.StartRenewal"/>). The caller sends its messages until it is completed; their number depends on the binding:
/// <code>
/// using var handshake = client.StartSession(address);
/// while (handshake.Step is HandshakeStep.Send next)
/// {
///     handshake.Receive(await SendAsync(next.Envelope, next.Action));
/// }
///
/// using var session = ((HandshakeStep.Completed)handshake.Step).Session;
/// </code>
/// Not safe for concurrent use. Dispose it when the handshake is over, whether it succeeded or failed.
/// </summary>
public sealed class SessionHandshake : IDisposable
{
    private readonly Func<IssuedContext, ClientSession> _complete;
    private readonly EngineTelemetry.Operation _measured;
    private ClientHandshakeStep? _leg;

    internal SessionHandshake(
        ClientHandshakeStep first, Func<IssuedContext, ClientSession> complete, EngineTelemetry.Operation measured)
    {
        _measured = measured;
        _complete = complete;
        _leg = first;
        Step = new HandshakeStep.Send(first.Envelope, first.Action);
    }

    /// <summary>The current step: a message to send, or the finished session.</summary>
    public HandshakeStep Step { get; private set; }

    /// <summary>Verifies the reply to the message of <see cref="Step"/> and moves to the next step.</summary>
    /// <param name="envelope">The entity body of the reply in UTF-8.</param>
    /// <returns>The new <see cref="Step"/>.</returns>
    /// <exception cref="SecureConversationException">
    /// The reply is refused, or the service refused the request. The handshake is over. A session that was to be renewed keeps its key.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// No reply is expected: the handshake is completed, has failed, or was disposed of.
    /// </exception>
    public HandshakeStep Receive(ReadOnlyMemory<byte> envelope)
    {
        // Cleared first, so that a failed handshake accepts no second reply.
        using var leg = _leg ?? throw new InvalidOperationException("This handshake expects no reply: it is completed or has failed.");
        _leg = null;
        var (next, context) = Continue(leg, envelope);
        if (context is not null)
        {
            _measured.Session(context.Key.Context.Identifier);
            _measured.Succeeded();
            _measured.Dispose();
            return Step = new HandshakeStep.Completed(_complete(context));
        }

        _leg = next;
        return Step = new HandshakeStep.Send(next!.Envelope, next.Action);
    }

    /// <summary>Zeroes the keys of the handshake, but not those of the session, which belongs to the caller.</summary>
    public void Dispose()
    {
        _leg?.Dispose();
        _leg = null;
        _measured.Dispose();
    }

    private ClientHandshakeResult Continue(ClientHandshakeStep leg, ReadOnlyMemory<byte> envelope)
    {
        try
        {
            return leg.Continue(envelope);
        }
        catch (SecureConversationException e)
        {
            _measured.Failed(e.Code);
            _measured.Dispose();
            throw;
        }
    }
}

/// <summary>Sends a message of a negotiation to the service and gives the entity body of its answer.</summary>
/// <param name="leg">The message.</param>
/// <param name="cancellationToken">Cancelled when nobody waits for the negotiation any more.</param>
/// <returns>The entity body in UTF-8, a fault as well. Must stay unchanged until the next call.</returns>
public delegate ValueTask<ReadOnlyMemory<byte>> LegExchange(HandshakeStep.Send leg, CancellationToken cancellationToken);

/// <summary>One step of a <see cref="SessionHandshake"/>: one of the nested cases.</summary>
public abstract class HandshakeStep
{
    private HandshakeStep()
    {
    }

    /// <summary>The caller sends a message and gives its reply to <see cref="SessionHandshake.Receive"/>.</summary>
    public sealed class Send : HandshakeStep
    {
        internal Send(ReadOnlyMemory<byte> envelope, string action)
        {
            // A copy, because a transport may still read the envelope after the handshake is disposed. Such messages are small and rare.
            Envelope = envelope.ToArray();
            Action = action;
        }

        /// <summary>The SOAP envelope to send, in UTF-8. Valid also after the handshake is disposed.</summary>
        public ReadOnlyMemory<byte> Envelope { get; }

        /// <summary>The a:Action of <see cref="Envelope"/>, for the transport.</summary>
        public string Action { get; }
    }

    /// <summary>The session is open, or has another key.</summary>
    public sealed class Completed : HandshakeStep
    {
        internal Completed(ClientSession session) => Session = session;

        /// <summary>The session. The caller disposes of it when done. After a renewal it is the object that was renewed.</summary>
        public ClientSession Session { get; }
    }
}
