using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// Reads the WS-Trust element in the body of a verified message, in the version of the session, which may be another than that of the
/// bootstrap that protects the message (recorded). The message is parsed again with an index of its whole body, which is cheap enough: such
/// messages are small and rare.
/// </summary>
internal static class HandshakeBody
{
    public static RequestSecurityToken ReadRequest(VerifiedMessage message, ProtocolVersion session, XmlLimits limits)
    {
        using var envelope = Index(message, limits);
        return RequestSecurityToken.Read(envelope.Body.FirstChild, session);
    }

    public static RequestSecurityTokenResponse ReadResponse(VerifiedMessage message, ProtocolVersion session, XmlLimits limits)
    {
        using var envelope = Index(message, limits);
        return RequestSecurityTokenResponse.Read(envelope.Body.FirstChild, session);
    }

    /// <summary>Throws if the service refused the request and sent a fault in place of the response.</summary>
    /// <exception cref="SecureConversationException">The body holds a fault.</exception>
    public static void ThrowIfFault(VerifiedMessage message, XmlLimits limits)
    {
        using var envelope = Index(message, limits);
        if (FaultReader.Read(envelope, isSecured: true) is { } fault)
        {
            throw new SecureConversationException(fault);
        }
    }

    private static SoapEnvelope Index(VerifiedMessage message, XmlLimits limits) =>
        SoapEnvelope.Parse(message.DecryptedEnvelope, message.Requirements.Soap, limits, indexBody: true);
}
