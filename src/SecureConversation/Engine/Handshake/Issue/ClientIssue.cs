using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Tokens;
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

    public static ClientIssue Start(ClientRole role, ClientExchange.ToService service, Uri to)
    {
        var session = role.Messages.Application;
        var entropy = CreateEntropy(role);
        var trust = new RequestSecurityToken(TrustRequestKind.Issue)
        {
            TokenType = session.Protocol.SctTokenType,
            Entropy = entropy,
            KeySize = session.Element.DefaultAlgorithmSuite.DefaultSymmetricKeyLength,
        };
        using var plain = CreateEnvelope(role, trust, session.Protocol.IssueAction, to);
        var request = service.Secure(plain, role.Messages.Bootstrap!.ForHandshake(MessageRole.Request), MessageKind.IssueRequest);
        return new ClientIssue(role, request, entropy);
    }

    public override ClientHandshakeResult Continue(ReadOnlyMemory<byte> reply)
    {
        var issued = ReadContext(_role, _request, reply, _entropy, MessageKind.IssueResponse, _ => { });
        _role.Environment.Telemetry.Opened();
        EngineLog.SessionOpened(_role.Environment.Log, issued.Key.Context.Identifier);
        return new ClientHandshakeResult(null, issued);
    }

    /// <summary>Zeroes the entropy and the keys of the handshake.</summary>
    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_entropy);
        _request.Dispose();
    }

    /// <summary>What the client contributes to a key; null where only the service does.</summary>
    internal static byte[]? CreateEntropy(ClientRole role)
    {
        var session = role.Messages.Application.Element;
        if (!Entropy.ClientContributes(session.KeyEntropyMode))
        {
            return null;
        }

        var entropy = new byte[session.DefaultAlgorithmSuite.DefaultSymmetricKeyLength / 8];
        role.Environment.Random.Fill(entropy);
        return entropy;
    }

    /// <summary>The request for a token, not yet protected.</summary>
    internal static SoapEnvelope CreateEnvelope(ClientRole role, RequestSecurityToken trust, string action, Uri to)
    {
        var (session, random) = (role.Messages.Application, role.Environment.Random);
        var body = EnvelopeWriter.Request(session.Soap, action, UniqueIds.NextUrn(random), to.AbsoluteUri,
            output => trust.Write(output, session.Protocol, UniqueIds.Next(random)));
        return SoapEnvelope.Parse(body.Memory, session.Soap, role.Environment.XmlLimits, buffer: body);
    }

    /// <summary>Verifies the response to a request for a token, and computes the key of the context in it.</summary>
    /// <param name="role">The client.</param>
    /// <param name="request">The request.</param>
    /// <param name="reply">What came.</param>
    /// <param name="entropy">What the client contributed to the key.</param>
    /// <param name="expected">What the response is for.</param>
    /// <param name="require">Throws for a token that is not what was asked for.</param>
    /// <exception cref="SecureConversationException">The reply is refused, or the service refused the request.</exception>
    internal static IssuedContext ReadContext(ClientRole role, SecuredRequest request, ReadOnlyMemory<byte> reply, byte[]? entropy,
        MessageKind expected, Action<SecurityContextToken> require)
    {
        using var message = request.VerifyReply(reply);
        RequestSecurityTokenResponse? response = null;
        try
        {
            HandshakeBody.ThrowIfFault(message, role.Environment.XmlLimits);
            if (role.Messages.KindOf(message.Action, MessageRole.Reply) != expected)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "wsa:Action");
            }

            response = HandshakeBody.ReadResponse(message, role.Messages.Application.Protocol, role.Environment.XmlLimits);
            require(response.Token ?? Fail.With<SecurityContextToken>(FailureCode.InvalidTrustResponse, "wst:RequestedSecurityToken"));
            return Open(role, response, entropy);
        }
        catch (SecurityFailureException e)
        {
            role.Environment.Refused(RequestFacts.Of(message, e));
            throw new SecureConversationException(
                FaultMap.Coarse(e.Code), e.Code, $"The response to the session request was refused: {e.Message}.", e);
        }
        finally
        {
            response?.ClearSecrets();
        }
    }

    /// <summary>Creates the context from a response and the entropy that the client contributed to the key.</summary>
    internal static IssuedContext Open(ClientRole role, RequestSecurityTokenResponse response, ReadOnlySpan<byte> entropy)
    {
        if (response.Token is not { } token)
        {
            return Fail.With<IssuedContext>(FailureCode.InvalidTrustResponse, "wst:RequestedSecurityToken");
        }

        var session = role.Messages.Application;
        var key = KeyAgreement.Complete(response, entropy, session.Element, session.Protocol);
        var context = new SecurityContextKey(token.Identifier, token.Instance, key);
        try
        {
            var sendKeys = SessionSendKeys.Create(context, session.ForHandshake(MessageRole.Request), role.Environment.Random,
                response.TokenXml, response.TokenId);
            var validity = response.Expires - (response.Created ?? role.Environment.Clock.GetUtcNow());
            return new IssuedContext(new SessionKey(context, sendKeys, response.Expires ?? DateTimeOffset.MaxValue), validity);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }
}
