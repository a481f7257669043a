using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;

namespace SecureConversation;

/// <summary>A protected request, with the keys that verify its reply. Dispose it when the exchange is over.</summary>
public sealed class SecuredRequest : IDisposable
{
    private readonly SecuredMessage _message;
    private readonly ReplyReceiver _receiver;

    internal SecuredRequest(SecuredMessage message, ReplyReceiver receiver)
    {
        _message = message;
        _receiver = receiver;
    }

    /// <summary>The SOAP envelope to send, in UTF-8. Valid until <see cref="ReleaseEnvelope"/> and disposal.</summary>
    public ReadOnlyMemory<byte> Envelope => _message.Memory;

    /// <summary>
    /// The a:Action of <see cref="Envelope"/> in a session, for the transport; null outside sessions, and without WS-Addressing.
    /// </summary>
    public string? Action { get; internal init; }

    /// <summary>Verifies the reply.</summary>
    /// <param name="envelope">The entity body in UTF-8. Must stay unchanged until the result is disposed.</param>
    /// <returns>The verified reply, which may be a fault of the application; see <see cref="VerifiedMessage.IsFault"/>.</returns>
    /// <exception cref="SecureConversationException">The reply breaks a rule, or is a fault without message security.</exception>
    public VerifiedMessage VerifyReply(ReadOnlyMemory<byte> envelope) => _receiver.Verify(envelope);

    /// <summary>
    /// Returns the buffer of the envelope to its pool, where it was sent and nothing reads it any more: a large reply then does not take
    /// its memory beside it. The reply is verified as before.
    /// </summary>
    public void ReleaseEnvelope() => _message.Dispose();

    /// <summary>Returns the buffer to its pool and zeroes the key of the exchange.</summary>
    public void Dispose()
    {
        _message.Dispose();
        _receiver.Dispose();
    }
}
