using System.Security.Claims;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// The service's side of Issue (WS-SecureConversation 1.3 section 3): checks the request, creates the session and answers with its token.
/// </summary>
internal sealed class ServiceIssue(
    EndpointMessages messages, SessionTable table, SessionRouter sessions, CookieSessions? cookies, EngineEnvironment environment)
{
    private readonly BindingMessages _session = messages.Application;
    private readonly BindingMessages _bootstrap = messages.Bootstrap!;
    private volatile bool _isStopping;

    /// <summary>The version of the body and the actions; the header of the message has that of the bootstrap.</summary>
    private ProtocolVersion Protocol => _session.Protocol;

    /// <summary>Issues no more contexts: the service shuts down.</summary>
    public void Stop() => _isStopping = true;

    /// <summary>
    /// Issues a context to the client of a verified request. A request that is refused gets a fault under the same protection.
    /// </summary>
    /// <param name="request">The verified request.</param>
    /// <param name="user">The client.</param>
    /// <param name="owner">Who holds the place of the pending session.</param>
    /// <param name="protection">Protects the answer.</param>
    /// <param name="cancellationToken">Cancels calls to the session store.</param>
    public async ValueTask<ServiceAnswer> AnswerAsync(
        VerifiedMessage request, ClaimsPrincipal user, Owner owner, ReplyProtection protection, CancellationToken cancellationToken)
    {
        try
        {
            if (_isStopping)
            {
                Fail.With(FailureCode.ServiceStopping);
            }

            if (cookies is not null)
            {
                // There is nothing to keep, so there is no place to take.
                return await OpenAsync(request, user, owner, protection, cancellationToken).ConfigureAwait(false);
            }

            if (await sessions.TryReserveAsync(owner, cancellationToken).ConfigureAwait(false) is { } limit)
            {
                Fail.With(FailureCode.ServiceTooBusy, limit);
            }

            try
            {
                return await OpenAsync(request, user, owner, protection, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                table.Release(owner);
                throw;
            }
        }
        catch (SecurityFailureException e)
        {
            environment.Refused(RequestFacts.Of(request, e));
            var fault = EnvelopeWriter.Fault(_session.Soap, FaultOf(e.Code), request.MessageId);
            return new ServiceAnswer(protection.Secure(fault, _bootstrap.ForHandshake(MessageRole.Reply)), e.Code);
        }
    }

    private WireFault FaultOf(FailureCode code) => FaultMap.Of(code, Protocol) is var fault && fault == WireFault.EndpointUnavailable
        ? fault with { SubcodeNamespace = _session.Soap.Addressing }
        : fault;

    private async ValueTask<ServiceAnswer> OpenAsync(
        VerifiedMessage request, ClaimsPrincipal user, Owner owner, ReplyProtection protection, CancellationToken cancellationToken)
    {
        var trust = HandshakeBody.ReadRequest(request, Protocol, environment.XmlLimits);
        ServiceSession? session = null;
        RequestSecurityTokenResponse? response = null;
        try
        {
            RequireIssue(trust, Protocol);
            (session, response) = Create(trust, request, user, owner);
            var body = EnvelopeWriter.Reply(_session.Soap, Protocol.IssueResponseAction, request.MessageId,
                output => response.Write(output, Protocol, () => UniqueIds.Next(environment.Random)));
            var message = protection.Secure(body, _bootstrap.ForHandshake(MessageRole.Reply));
            try
            {
                if (cookies is not null)
                {
                    session.Discard();
                    environment.Sessions!.Issued(session.Id, user);
                    return new ServiceAnswer(message, FailureCode.None);
                }

                await sessions.AddAsync(session, cancellationToken).ConfigureAwait(false);
                environment.Sessions!.Issued(session.Id, user);
                return new ServiceAnswer(message, FailureCode.None, session);
            }
            catch
            {
                message.Dispose();
                throw;
            }
        }
        catch
        {
            session?.Discard();
            throw;
        }
        finally
        {
            trust.ClearSecrets();
            response?.ClearSecrets();
        }
    }

    private static void RequireIssue(RequestSecurityToken trust, ProtocolVersion protocol)
    {
        if (trust.Kind != TrustRequestKind.Issue
            || (trust.TokenType is not null && trust.TokenType != protocol.SctTokenType)
            || trust.Target is not null)
        {
            Fail.With(FailureCode.InvalidTrustRequest, "wst:RequestSecurityToken", $"{trust.Kind} of {trust.TokenType ?? "a token"}",
                $"{TrustRequestKind.Issue} of {protocol.SctTokenType}");
        }
    }

    private (ServiceSession Session, RequestSecurityTokenResponse Response) Create(
        RequestSecurityToken request, VerifiedMessage message, ClaimsPrincipal user, Owner owner)
    {
        var identifier = UniqueIds.NextUrn(environment.Random);
        var tokenId = UniqueIds.Next(environment.Random);
        var now = environment.Clock.GetUtcNow();
        var settings = _session.Element.LocalServiceSettings;
        var expires = message.EndsBefore(
            now + (_session.RequiresCancellation ? settings.SessionKeyRenewalInterval : settings.IssuedCookieLifetime));
        var (key, response) = KeyAgreement.Agree(request, _session.Element, Protocol, environment.Random);

        var context = new SecurityContextKey(identifier, null, key);
        SessionSendKeys replyKeys;
        try
        {
            replyKeys = SessionSendKeys.Create(context, _session.ForHandshake(MessageRole.Reply), environment.Random);
        }
        catch
        {
            context.Dispose();
            throw;
        }

        var session = new ServiceSession(new SessionKeys { Current = new SessionKey(context, replyKeys, expires) },
            ClientIdentity.Keep(user, message.SenderCertificate), X509Facts.OctetsOf(message.SenderCertificate), environment.Clock)
        {
            PendingFor = owner,
            HeldBy = owner,
        };
        try
        {
            using var token = new PooledBytes(512);
            TokenWriter.SecurityContextToken(token, tokenId, identifier, instance: null, cookies?.Write(session), Protocol);
            return (session, response with
            {
                Context = request.Context,
                Token = new SecurityContextToken(identifier, null, HasCookie: cookies is not null),
                TokenId = tokenId,
                TokenXml = token.Span.ToArray(),
                Created = now,
                Expires = expires,
            });
        }
        catch
        {
            session.Discard();
            throw;
        }
    }
}
