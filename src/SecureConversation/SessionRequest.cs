using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Trust;

namespace SecureConversation;

/// <summary>The request for a security context, waiting for its response. Usable once.</summary>
public sealed class SessionRequest : IDisposable
{
    private readonly MessageSecurityClient _client;
    private readonly SecuredRequest _request;
    private readonly byte[]? _entropy;
    private readonly Uri _to;
    private int _isCompleted;

    private SessionRequest(MessageSecurityClient client, SecuredRequest request, byte[]? entropy, Uri to)
    {
        _client = client;
        _request = request;
        _entropy = entropy;
        _to = to;
    }

    /// <summary>The SOAP envelope to send.</summary>
    public ReadOnlyMemory<byte> Envelope => _request.Envelope;

    /// <summary>Its a:Action, for the transport.</summary>
    public string Action => _client.Bootstrap!.Protocol.IssueAction;

    internal static SessionRequest Create(MessageSecurityClient client, ClientExchange exchange, Uri to)
    {
        var messages = exchange.Messages;
        var environment = client.Environment;
        var size = client.Messages.Element.DefaultAlgorithmSuite.DefaultSymmetricKeyLength;
        byte[]? entropy = null;
        if (Entropy.ClientContributes(messages.Element.KeyEntropyMode))
        {
            entropy = new byte[size / 8];
            environment.Random.Fill(entropy);
        }

        var trust = new RequestSecurityToken(TrustRequestKind.Issue) { TokenType = messages.Protocol.SctTokenType, Entropy = entropy, KeySize = size };
        var body = EnvelopeWriter.Request(messages.Soap, messages.Protocol.IssueAction, UniqueIds.NextUrn(environment.Random), to.AbsoluteUri,
            output => trust.Write(output, messages.Protocol, UniqueIds.Next(environment.Random)));
        using var plain = SoapEnvelope.Parse(body.Memory, messages.Soap, environment.XmlLimits, buffer: body);
        var (message, reply) = exchange.Secure(plain, messages.ForHandshake(MessageDirection.ClientToService), messages.ForHandshake(MessageDirection.ServiceToClient));
        return new SessionRequest(client, new SecuredRequest(message, reply), entropy, to);
    }

    /// <summary>Verifies the response and opens the session.</summary>
    /// <param name="envelope">The entity body of the response in UTF-8.</param>
    /// <exception cref="SecureConversationException">The response is refused, or the service refused the request.</exception>
    /// <exception cref="InvalidOperationException">Called a second time.</exception>
    public ClientSession Complete(ReadOnlyMemory<byte> envelope)
    {
        if (Interlocked.Exchange(ref _isCompleted, 1) == 1)
        {
            throw new InvalidOperationException("The response to this request has been processed.");
        }

        using var message = _request.VerifyReply(envelope);
        var messages = _client.Bootstrap!;
        try
        {
            using var indexed = SoapEnvelope.Parse(message.DecryptedEnvelope, messages.Soap, _client.Environment.XmlLimits, indexBody: true);
            if (FaultReader.Read(indexed, isSecured: true) is { } fault)
            {
                throw new SecureConversationException(fault);
            }

            if (message.Action != messages.Protocol.IssueResponseAction)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "wsa:Action");
            }

            var response = RequestSecurityTokenResponse.Read(indexed.Body.FirstChild, messages.Protocol);
            try
            {
                return ClientSession.Create(_client, response, _entropy, _to);
            }
            finally
            {
                response.ClearSecrets();
            }
        }
        catch (SecurityFailureException e)
        {
            EngineLog.Refused(_client.Environment.Log, e.Code, e.Detail);
            throw new SecureConversationException(FaultMap.Coarse(e.Code), e.Code, $"The response to the session request was refused: {e.Message}.", e);
        }
    }

    /// <summary>Zeroes the entropy and the keys of the handshake.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_entropy);
        _request.Dispose();
    }
}
