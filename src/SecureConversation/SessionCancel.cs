using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Trust;

namespace SecureConversation;

/// <summary>The message that cancels a session, waiting for its response. Dispose it, then the session.</summary>
public sealed class SessionCancel : IDisposable
{
    private readonly MessageSecurityClient _client;
    private readonly SecuredRequest _request;

    internal SessionCancel(MessageSecurityClient client, SecuredRequest request)
    {
        _client = client;
        _request = request;
    }

    /// <summary>The SOAP envelope to send.</summary>
    public ReadOnlyMemory<byte> Envelope => _request.Envelope;

    /// <summary>Its a:Action, for the transport.</summary>
    public string Action => _client.Messages.Protocol.CancelAction;

    /// <summary>Verifies that the service cancelled the context.</summary>
    /// <exception cref="SecureConversationException">The response is refused, or is a fault.</exception>
    public void Complete(ReadOnlyMemory<byte> envelope)
    {
        using var message = _request.VerifyReply(envelope);
        try
        {
            using var indexed = SoapEnvelope.Parse(message.DecryptedEnvelope, _client.Messages.Soap, _client.Environment.XmlLimits, indexBody: true);
            if (FaultReader.Read(indexed, isSecured: true) is { } fault)
            {
                throw new SecureConversationException(fault);
            }

            if (!RequestSecurityTokenResponse.Read(indexed.Body.FirstChild, _client.Messages.Protocol).IsCancelled)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "wst:RequestedTokenCancelled");
            }
        }
        catch (SecurityFailureException e)
        {
            throw new SecureConversationException(FaultMap.Coarse(e.Code), e.Code, $"The response to Cancel was refused: {e.Message}.", e);
        }
    }

    /// <summary>Returns the buffers.</summary>
    public void Dispose() => _request.Dispose();
}
