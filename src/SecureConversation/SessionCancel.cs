using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Roles;

namespace SecureConversation;

/// <summary>
/// The request that cancels a session, and the check of its response (WS-SecureConversation 1.3 section 6). Dispose of it before the
/// session.
/// </summary>
public sealed class SessionCancel : IDisposable
{
    private readonly ClientRole _role;
    private readonly SecuredRequest _request;

    internal SessionCancel(ClientRole role, SecuredRequest request)
    {
        _role = role;
        _request = request;
    }

    /// <summary>The SOAP envelope to send, in UTF-8. Valid until disposal.</summary>
    public ReadOnlyMemory<byte> Envelope => _request.Envelope;

    /// <summary>The a:Action of <see cref="Envelope"/>, for the transport.</summary>
    public string Action => _role.Messages.Application.Protocol.CancelAction;

    /// <summary>Verifies the response, which must say that the service cancelled the context.</summary>
    /// <param name="envelope">The entity body of the response in UTF-8.</param>
    /// <exception cref="SecureConversationException">The response breaks a rule, or is a fault.</exception>
    public void Complete(ReadOnlyMemory<byte> envelope)
    {
        using var message = _request.VerifyReply(envelope);
        ClientCancel.RequireCancelled(_role, message);
    }

    /// <summary>Returns the buffers to their pool.</summary>
    public void Dispose() => _request.Dispose();
}
