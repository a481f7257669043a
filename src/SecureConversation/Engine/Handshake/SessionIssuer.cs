using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Handshake;

/// <summary>The token issuer of a service: answers Issue and Cancel, and routes messages to the sessions it made.</summary>
internal sealed class SessionIssuer
{
    private readonly BindingMessages _messages;
    private readonly EngineEnvironment _environment;
    private readonly bool _requireCancellation;

    public SessionIssuer(BindingMessages messages, BindingMessages bootstrap, EngineEnvironment environment, MessageSecurityServiceOptions options)
    {
        _messages = messages;
        Bootstrap = bootstrap;
        Negotiations = new NegotiationGate(messages.Element.LocalServiceSettings, environment.Clock);
        _environment = environment;
        _requireCancellation = messages.Element is SymmetricSecurityBindingElement
        {
            ProtectionTokenParameters: SecureConversationSecurityTokenParameters { RequireCancellation: true },
        };
        Sessions = new SessionTable(messages.Element.LocalServiceSettings, options.SessionIdleTimeout, environment.Clock, session =>
        {
            EngineLog.SessionClosed(environment.Log, session.Id, session.CloseReason.ToString());
            options.SessionClosed?.Invoke(session);
        }, e => EngineLog.CallbackFailed(environment.Log, e));
    }

    public BindingMessages Bootstrap { get; }
    public SessionTable Sessions { get; }
    public NegotiationGate Negotiations { get; }

    private ProtocolVersion Protocol => _messages.Protocol;

    /// <summary>
    /// Finds the session that a message names, by the context element in its security header, and enters it. The name
    /// is in clear and proves nothing; verification with the keys of the session does.
    /// </summary>
    public ServiceSession Route(SoapEnvelope wire)
    {
        try
        {
            var security = wire.FindSecurity();
            var context = security.IsNull
                ? Fail.With<XmlElement>(FailureCode.SecurityHeaderMissing)
                : FirstContext(security);
            if (context.IsNull)
            {
                Fail.With(FailureCode.UnknownContext);
            }

            var session = Sessions.Find(SecurityContextToken.Read(context, Protocol).Identifier);
            return session is not null && session.TryEnter() ? session : Fail.With<ServiceSession>(FailureCode.UnknownContext);
        }
        catch
        {
            wire.Dispose();
            throw;
        }
    }

    /// <summary>Issues a context to the client of a verified request; answers by a fault under the same protection when it cannot.</summary>
    public (SecuredMessage Message, FailureCode Code) Issue(VerifiedMessage request, ClaimsPrincipal user, ReplyProtection protection)
    {
        try
        {
            if (!Sessions.TryReserve())
            {
                Fail.With(FailureCode.ServiceTooBusy);
            }

            try
            {
                return (Open(ReadRequest(request), request, user, protection), FailureCode.None);
            }
            catch
            {
                Sessions.Release();
                throw;
            }
        }
        catch (SecurityFailureException e)
        {
            EngineLog.Refused(_environment.Log, e.Code, e.Detail);
            return (Fault(e.Code, request, protection), e.Code);
        }
    }

    /// <summary>
    /// Cancels the session of a verified request (WS-SecureConversation 1.3 section 6); answers by a fault under the same
    /// protection when the request means something else.
    /// </summary>
    public (SecuredMessage Message, FailureCode Code) Cancel(VerifiedMessage request, ServiceSession session, ReplyProtection protection)
    {
        try
        {
            var trust = ReadBody(request, Protocol);
            if (trust.Kind != TrustRequestKind.Cancel || trust.Target is not { Kind: KeyReferenceKind.SecurityContext } target || target.Uri != session.Id)
            {
                Fail.With(FailureCode.InvalidTrustRequest, "wst:CancelTarget");
            }
        }
        catch (SecurityFailureException e)
        {
            EngineLog.Refused(_environment.Log, e.Code, e.Detail);
            var fault = EnvelopeWriter.Fault(_messages.Soap, FaultMap.Of(e.Code, Protocol), request.MessageId);
            return (protection.Secure(fault, _messages.ForAction(_messages.Soap.DefaultFaultAction, MessageDirection.ServiceToClient)), e.Code);
        }

        var body = EnvelopeWriter.Reply(_messages.Soap, Protocol.CancelResponseAction, request.MessageId,
            output => new RequestSecurityTokenResponse { IsCancelled = true }.Write(output, Protocol, () => UniqueIds.Next(_environment.Random)));
        var message = protection.Secure(body, _messages.ForCancel(MessageDirection.ServiceToClient));
        Sessions.Close(session, SessionCloseReason.Cancelled);
        return (message, FailureCode.None);
    }

    private SecuredMessage Open(RequestSecurityToken trust, VerifiedMessage request, ClaimsPrincipal user, ReplyProtection protection)
    {
        ServiceSession? session = null;
        RequestSecurityTokenResponse? response = null;
        try
        {
            (session, response) = Create(trust, request, user);
            var body = EnvelopeWriter.Reply(_messages.Soap, Protocol.IssueResponseAction, request.MessageId,
                output => response.Write(output, Protocol, () => UniqueIds.Next(_environment.Random)));
            var message = protection.Secure(body, Bootstrap.ForHandshake(MessageDirection.ServiceToClient));
            EngineLog.SessionIssued(_environment.Log, session.Id, user.Identity?.Name ?? "anonymous");
            Sessions.Add(session);
            return message;
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

    /// <summary>Only the first context counts: with a second one the header is refused anyway.</summary>
    private XmlElement FirstContext(XmlElement security)
    {
        foreach (var child in security.Children)
        {
            if (child.Is(Protocol.SecurityContextToken))
            {
                return child;
            }
        }

        return default;
    }

    private RequestSecurityToken ReadRequest(VerifiedMessage request)
    {
        var trust = ReadBody(request, Protocol);
        if (trust.Kind != TrustRequestKind.Issue || (trust.TokenType is not null && trust.TokenType != Protocol.SctTokenType) || trust.Target is not null)
        {
            Fail.With(FailureCode.InvalidTrustRequest, "wst:RequestSecurityToken");
        }

        return trust;
    }

    private (ServiceSession Session, RequestSecurityTokenResponse Response) Create(RequestSecurityToken request, VerifiedMessage message, ClaimsPrincipal user)
    {
        var identifier = UniqueIds.NextUrn(_environment.Random);
        var tokenId = UniqueIds.Next(_environment.Random);
        var now = _environment.Clock.GetUtcNow();
        var settings = _messages.Element.LocalServiceSettings;
        var expires = now + (_requireCancellation ? settings.SessionKeyRenewalInterval : settings.IssuedCookieLifetime);
        var (key, response) = SessionKeys.Agree(request, Bootstrap.Element.KeyEntropyMode, _messages.Element.DefaultAlgorithmSuite, Protocol, _environment.Random);

        var contextKey = new SecurityContextKey(identifier, null, key);
        SessionSendKeys replyKeys;
        try
        {
            replyKeys = SessionSendKeys.Create(contextKey, _messages.ForHandshake(MessageDirection.ServiceToClient), _environment.Random);
        }
        catch
        {
            contextKey.Dispose();
            throw;
        }

        using var token = new PooledBytes(512);
        TokenWriter.SecurityContextToken(token, tokenId, identifier, Protocol);
        return (new ServiceSession(contextKey, replyKeys, user, expires, _environment.Clock) { ClientCertificate = message.SenderCertificate }, response with
        {
            Context = request.Context,
            Token = new SecurityContextToken(identifier, null, HasCookie: false),
            TokenId = tokenId,
            TokenXml = token.Span.ToArray(),
            Created = now,
            Expires = expires,
        });
    }

    private SecuredMessage Fault(FailureCode code, VerifiedMessage request, ReplyProtection protection) => protection.Secure(
        EnvelopeWriter.Fault(_messages.Soap, FaultMap.Of(code, Protocol), request.MessageId),
        Bootstrap.ForHandshake(MessageDirection.ServiceToClient));

    private RequestSecurityToken ReadBody(VerifiedMessage message, ProtocolVersion protocol)
    {
        // The body of a handshake message is small and rare: it is indexed anew, body included.
        using var envelope = SoapEnvelope.Parse(message.DecryptedEnvelope, _messages.Soap, _environment.XmlLimits, indexBody: true);
        return RequestSecurityToken.Read(envelope.Body.FirstChild, protocol);
    }
}
