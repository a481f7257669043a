using System.Security.Claims;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// The service's side of Renew (WS-SecureConversation 1.3 section 5): the client of a session, authenticated anew by the bootstrap, gets
/// another key for it. The session is the same before and after, and a renewal that is refused changes nothing.
/// </summary>
internal sealed class ServiceRenew(EndpointMessages messages, KeyChanges keys, EngineEnvironment environment)
{
    private readonly BindingMessages _session = messages.Application;
    private readonly BindingMessages _bootstrap = messages.Bootstrap!;

    /// <summary>
    /// Issues a key to the client of a verified request, which the context of the session endorses. A request that is refused gets a fault
    /// under the same protection.
    /// </summary>
    /// <param name="request">The verified request.</param>
    /// <param name="user">Who sent it.</param>
    /// <param name="session">The session of the endorsing context, which was entered.</param>
    /// <param name="protection">Protects the answer.</param>
    /// <param name="cancellationToken">Cancels calls to the session store.</param>
    public async ValueTask<ServiceAnswer> AnswerAsync(VerifiedMessage request, ClaimsPrincipal user, ServiceSession session,
        ReplyProtection protection, CancellationToken cancellationToken)
    {
        RequestSecurityToken? trust = null;
        RequestSecurityTokenResponse? response = null;
        try
        {
            var endorsing = request.EndorsingContext!;
            trust = HandshakeBody.ReadRequest(request, _session.Protocol, environment.XmlLimits);
            RequireTarget(trust, endorsing, _session.Protocol.SctTokenType);
            RequireSameClient(request, user, session);
            (var issued, response) = Create(trust, request, session);
            SecuredMessage? message = null;
            try
            {
                message = Secure(request, response, protection);
                await keys.AddAsync(session, issued, endorsing.Instance, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                message?.Dispose();
                issued.Retire();
                throw;
            }

            environment.Sessions!.Renewed(session.Id, user);
            return new ServiceAnswer(message, FailureCode.None);
        }
        catch (SecurityFailureException e)
        {
            environment.Refused(RequestFacts.Of(request, e));
            var fault = EnvelopeWriter.Fault(_session.Soap, FaultMap.Of(e.Code, _session.Protocol), request.MessageId);
            return new ServiceAnswer(protection.Secure(fault, _bootstrap.ForHandshake(MessageRole.Reply)), e.Code);
        }
        finally
        {
            trust?.ClearSecrets();
            response?.ClearSecrets();
        }
    }

    /// <summary>Requires a request to renew the key that endorses it: who holds one key gets no other session's.</summary>
    /// <exception cref="SecurityFailureException">It asks for something else.</exception>
    public static void RequireTarget(RequestSecurityToken trust, SecurityContextKey endorsing, string tokenType)
    {
        if (trust.Kind != TrustRequestKind.Renew || (trust.TokenType is not null && trust.TokenType != tokenType))
        {
            Fail.With(FailureCode.InvalidTrustRequest, "wst:RequestSecurityToken");
        }

        if (trust.Target is not { Kind: KeyReferenceKind.SecurityContext } target
            || target.Uri != endorsing.Identifier
            || target.Instance != endorsing.Instance)
        {
            Fail.With(FailureCode.RenewalRefused, "wst:RenewTarget names another key than the one that endorses");
        }
    }

    /// <summary>
    /// Requires the client that opened the session: the same certificate, and the same authenticated identity. Names are compared as they
    /// are written, since applications may tell spellings apart. A session of nobody is renewed by nobody: the key is all that it has.
    /// </summary>
    private static void RequireSameClient(VerifiedMessage request, ClaimsPrincipal user, ServiceSession session)
    {
        var isSame = session.HasCertificate(request.SenderCertificate)
            && IdentityOf(user) == IdentityOf(session.Client)
            && user.FindFirst(ClaimTypes.Rsa)?.Value == session.Client.FindFirst(ClaimTypes.Rsa)?.Value;
        if (!isSame)
        {
            Fail.With(FailureCode.RenewalRefused, "it comes from another client than the session");
        }
    }

    /// <summary>Issuers may give one name to different people, and different people of one issuer may share a name.</summary>
    private static (string? Type, string? Name, string? Issuer, string? Id) IdentityOf(ClaimsPrincipal user) =>
        user.Identity is not { IsAuthenticated: true } identity ? default
        : identity is not ClaimsIdentity claims ? (identity.AuthenticationType, identity.Name, null, null)
        : (claims.AuthenticationType, claims.Name, claims.FindFirst(claims.NameClaimType)?.Issuer,
            claims.FindFirst(ClaimTypes.NameIdentifier)?.Value);

    private SecuredMessage Secure(VerifiedMessage request, RequestSecurityTokenResponse response, ReplyProtection protection)
    {
        var body = EnvelopeWriter.Reply(_session.Soap, _session.Protocol.RenewResponseAction, request.MessageId,
            output => response.Write(output, _session.Protocol, () => UniqueIds.Next(environment.Random)));
        return protection.Secure(body, _bootstrap.ForHandshake(MessageRole.Reply));
    }

    private (SessionKey Issued, RequestSecurityTokenResponse Response) Create(
        RequestSecurityToken request, VerifiedMessage message, ServiceSession session)
    {
        var instance = UniqueIds.NextUrn(environment.Random);
        var tokenId = UniqueIds.Next(environment.Random);
        var now = environment.Clock.GetUtcNow();
        var expires = message.EndsBefore(now + _session.Element.LocalServiceSettings.SessionKeyRenewalInterval);
        var (key, response) = KeyAgreement.Agree(request, _session.Element, _session.Protocol, environment.Random);
        var context = new SecurityContextKey(session.Id, instance, key);
        try
        {
            var replyKeys = SessionSendKeys.Create(context, _session.ForHandshake(MessageRole.Reply), environment.Random);
            using var token = new PooledBytes(512);
            TokenWriter.SecurityContextToken(token, tokenId, session.Id, instance, cookie: default, _session.Protocol);
            return (new SessionKey(context, replyKeys, expires), response with
            {
                Context = request.Context,
                Token = new SecurityContextToken(session.Id, instance, HasCookie: false),
                TokenId = tokenId,
                TokenXml = token.Span.ToArray(),
                Created = now,
                Expires = expires,
            });
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }
}
