using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Trust;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// The client's side of Issue (WS-SecureConversation 1.3 section 3): one request under the bootstrap, one response with the context.
/// </summary>
internal sealed class ClientIssue : ClientHandshakeStep
{
    private readonly ClientRole _role;
    private readonly SecuredRequest _request;
    private readonly byte[]? _entropy;

    private ClientIssue(ClientRole role, SecuredRequest request, byte[]? entropy)
    {
        _role = role;
        _request = request;
        _entropy = entropy;
    }

    public override ReadOnlyMemory<byte> Envelope => _request.Envelope;

    public override string Action => _role.Messages.Application.Protocol.IssueAction;

    public static ClientIssue Start(ClientRole role, Uri to)
    {
        var (session, random) = (role.Messages.Application, role.Environment.Random);
        var size = session.Element.DefaultAlgorithmSuite.DefaultSymmetricKeyLength;
        byte[]? entropy = null;
        if (Entropy.ClientContributes(session.Element.KeyEntropyMode))
        {
            entropy = new byte[size / 8];
            random.Fill(entropy);
        }

        var trust = new RequestSecurityToken(TrustRequestKind.Issue)
        {
            TokenType = session.Protocol.SctTokenType,
            Entropy = entropy,
            KeySize = size,
        };
        var body = EnvelopeWriter.Request(session.Soap, session.Protocol.IssueAction, UniqueIds.NextUrn(random), to.AbsoluteUri,
            output => trust.Write(output, session.Protocol, UniqueIds.Next(random)));
        using var plain = SoapEnvelope.Parse(body.Memory, session.Soap, role.Environment.XmlLimits, buffer: body);
        var request = role.Exchange.Secure(plain, role.Messages.Bootstrap!.ForHandshake(MessageRole.Request), MessageKind.IssueRequest);
        return new ClientIssue(role, request, entropy);
    }

    public override ClientHandshakeResult Continue(ReadOnlyMemory<byte> reply)
    {
        using var message = _request.VerifyReply(reply);
        RequestSecurityTokenResponse? response = null;
        try
        {
            HandshakeBody.ThrowIfFault(message, _role.Environment.XmlLimits);
            if (_role.Messages.KindOf(message.Action, MessageRole.Reply) != MessageKind.IssueResponse)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "wsa:Action");
            }

            response = HandshakeBody.ReadResponse(message, _role.Messages.Application.Protocol, _role.Environment.XmlLimits);
            return new ClientHandshakeResult(null, Open(_role, response, _entropy));
        }
        catch (SecurityFailureException e)
        {
            _role.Environment.Refused(RequestFacts.Of(message, e));
            throw new SecureConversationException(
                FaultMap.Coarse(e.Code), e.Code, $"The response to the session request was refused: {e.Message}.", e);
        }
        finally
        {
            response?.ClearSecrets();
        }
    }

    /// <summary>Zeroes the entropy and the keys of the handshake.</summary>
    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_entropy);
        _request.Dispose();
    }

    /// <summary>Creates the context from a response and the entropy that the client contributed to the key.</summary>
    internal static IssuedContext Open(ClientRole role, RequestSecurityTokenResponse response, ReadOnlySpan<byte> entropy)
    {
        if (response.Token is not { } token)
        {
            return Fail.With<IssuedContext>(FailureCode.InvalidTrustResponse, "wst:RequestedSecurityToken");
        }

        var session = role.Messages.Application;
        var key = KeyAgreement.Complete(response, entropy, session.Element.KeyEntropyMode,
            session.Element.DefaultAlgorithmSuite, session.Protocol);
        var context = new SecurityContextKey(token.Identifier, token.Instance, key);
        try
        {
            var sendKeys = SessionSendKeys.Create(context, session.ForHandshake(MessageRole.Request), role.Environment.Random,
                response.TokenXml, response.TokenId);
            role.Environment.Telemetry.Opened();
            EngineLog.SessionOpened(role.Environment.Log, token.Identifier);
            return new IssuedContext(context, sendKeys, response.Expires ?? DateTimeOffset.MaxValue);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }
}
