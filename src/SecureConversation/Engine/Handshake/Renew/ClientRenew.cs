using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// The client's side of Renew (WS-SecureConversation 1.3 section 5): one request under the bootstrap, endorsed by the key that the session
/// has, and one response with another key for the same context.
/// </summary>
internal sealed class ClientRenew : ClientHandshakeStep
{
    private readonly ClientRole _role;
    private readonly SecurityContextKey _context;
    private readonly SecuredRequest _request;
    private readonly byte[]? _entropy;

    private ClientRenew(ClientRole role, SecurityContextKey context, SecuredRequest request, byte[]? entropy)
    {
        _role = role;
        _context = context;
        _request = request;
        _entropy = entropy;
    }

    public override ReadOnlyMemory<byte> Envelope => _request.Envelope;

    public override string Action => _role.Messages.Application.Protocol.RenewAction;

    /// <param name="role">The client.</param>
    /// <param name="service">The exchange with the service, with the credentials that the client has now.</param>
    /// <param name="key">The current key of the session, which the caller has entered.</param>
    /// <param name="to">Address of the service.</param>
    public static ClientRenew Start(ClientRole role, ClientExchange.ToService service, SessionKey key, Uri to)
    {
        var session = role.Messages.Application;
        var entropy = ClientIssue.CreateEntropy(role);
        var trust = new RequestSecurityToken(TrustRequestKind.Renew)
        {
            TokenType = session.Protocol.SctTokenType,
            Entropy = entropy,
            KeySize = session.Element.DefaultAlgorithmSuite.DefaultSymmetricKeyLength,
            Target = new KeyReference(KeyReferenceKind.SecurityContext) { Uri = key.Context.Identifier, Instance = key.Instance },
        };
        using var plain = ClientIssue.CreateEnvelope(role, trust, session.Protocol.RenewAction, to);
        var request = service.Secure(
            plain, role.Messages.ForRenewal(), MessageKind.RenewRequest, action: null, endorsing: key.SendKeys);
        return new ClientRenew(role, key.Context, request, entropy);
    }

    public override ClientHandshakeResult Continue(ReadOnlyMemory<byte> reply)
    {
        var issued = ClientIssue.ReadContext(_role, _request, reply, _entropy, MessageKind.RenewResponse, RequireAnotherKey);
        _role.Environment.Telemetry.Renewed();
        EngineLog.KeyRenewed(_role.Environment.Log, _context.Identifier);
        return new ClientHandshakeResult(null, issued);
    }

    /// <summary>Zeroes the entropy and the keys of the handshake.</summary>
    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_entropy);
        _request.Dispose();
    }

    /// <summary>Requires a key of another instance for the same context, so that no two keys have one name.</summary>
    private void RequireAnotherKey(SecurityContextToken token)
    {
        if (token.Identifier != _context.Identifier || token.Instance is null || token.Instance == _context.Instance)
        {
            Fail.With(FailureCode.InvalidTrustResponse, "wsc:SecurityContextToken");
        }
    }
}
