using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Roles;

namespace SecureConversation;

/// <summary>The message that cancels a session, waiting for its response. Dispose it, then the session.</summary>
public sealed class SessionCancel : IDisposable
{
    private readonly ClientRole _role;
    private readonly SecuredRequest _request;

    internal SessionCancel(ClientRole role, SecuredRequest request)
    {
        _role = role;
        _request = request;
    }

    /// <summary>The SOAP envelope to send.</summary>
    public ReadOnlyMemory<byte> Envelope => _request.Envelope;

    /// <summary>Its a:Action, for the transport.</summary>
    public string Action => _role.Messages.Application.Protocol.CancelAction;

    /// <summary>Verifies that the service cancelled the context.</summary>
    /// <exception cref="SecureConversationException">The response is refused, or is a fault.</exception>
    public void Complete(ReadOnlyMemory<byte> envelope)
    {
        using var message = _request.VerifyReply(envelope);
        ClientCancel.RequireCancelled(message, _role.Environment.XmlLimits);
    }

    /// <summary>Returns the buffers.</summary>
    public void Dispose() => _request.Dispose();
}
