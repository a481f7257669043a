using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>A request on its way through the service. Nothing in it is verified.</summary>
/// <param name="Wire">The envelope, parsed within limits.</param>
/// <param name="Action">a:Action; null when it has none.</param>
/// <param name="MessageId">a:MessageID, for a fault to relate to; null when it has none or a very long one.</param>
/// <param name="Origin">What the transport knows of it.</param>
/// <param name="Use">Takes down which key is used for it.</param>
internal sealed record ReceivedEnvelope(SoapEnvelope Wire, string? Action, string? MessageId, MessageOrigin Origin, KeyUse Use)
{
    /// <summary>
    /// The turn in which it is worked on, which ends when the private key has been used: a validator may block, and waits for no processor.
    /// Null when somebody else ends it.
    /// </summary>
    public IDisposable? Turn { get; init; }
}
