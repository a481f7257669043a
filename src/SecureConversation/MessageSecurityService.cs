using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>
/// The service side of message security, without I/O: envelopes go in, results come out. One instance serves one
/// endpoint and is safe for concurrent use.
/// </summary>
public sealed class MessageSecurityService : IDisposable
{
    private readonly BindingMessages _messages;
    private readonly SessionIssuer? _issuer;
    private readonly EngineEnvironment _environment;
    private readonly ServiceCredentials _credentials;
    private readonly ServiceReceiver _receiver;

    /// <summary>Creates the service side of an endpoint.</summary>
    /// <param name="binding">What messages look like.</param>
    /// <param name="credentials">The certificate of the service and how clients are validated.</param>
    /// <param name="options">Everything else; null for the defaults.</param>
    /// <exception cref="ArgumentException">The credentials lack something that the binding needs, or replays are to be detected without timestamps.</exception>
    public MessageSecurityService(MessageSecurityBinding binding, ServiceCredentials credentials, MessageSecurityServiceOptions? options = null)
        : this(binding, credentials, options ?? new MessageSecurityServiceOptions(), environment: null)
    {
    }

    internal MessageSecurityService(MessageSecurityBinding binding, ServiceCredentials credentials, MessageSecurityServiceOptions options, EngineEnvironment? environment)
    {
        ArgumentNullException.ThrowIfNull(binding);
        ArgumentNullException.ThrowIfNull(credentials);
        Binding = binding;
        _credentials = credentials;
        _environment = environment ?? new EngineEnvironment
        {
            Clock = options.TimeProvider,
            XmlLimits = new XmlLimits { MaxBytes = options.MaxEnvelopeBytes },
            HandOutUnsignedHeaders = options.HandOutUnsignedHeaders,
            Log = options.LoggerFactory?.CreateLogger("SecureConversation.Service") ?? (ILogger)NullLogger.Instance,
        };
        LocalSettingsChecks.RequireTimestamps(binding, nameof(SecurityBindingElement.LocalServiceSettings), element => element.LocalServiceSettings.DetectReplays);
        CredentialChecks.Require(binding, credentials);

        _messages = new BindingMessages(binding);
        _receiver = new ServiceReceiver(_environment, options.ReplayCache, new ClientAuthenticator(credentials, _environment.Clock));
        _issuer = BindingMessages.OfBootstrap(binding) is { } bootstrap
            ? new SessionIssuer(_messages, bootstrap, _environment, options)
            : null;
    }

    /// <summary>What messages look like.</summary>
    public MessageSecurityBinding Binding { get; }

    /// <summary>Number of open sessions, pending ones included.</summary>
    public int SessionCount => _issuer?.Sessions.Count ?? 0;

    /// <summary>Verifies one message, or answers it when it belongs to a handshake or must be refused. Never throws for what a peer sends.</summary>
    /// <param name="envelope">The entity body in UTF-8. Must stay unchanged until the result is disposed.</param>
    /// <param name="cancellationToken">Cancels waiting for validators and caches.</param>
    public async ValueTask<ServiceResult> ReceiveAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken = default)
    {
        string? relatesTo = null;
        SoapEnvelope? wire = null;
        try
        {
            wire = SoapEnvelope.Parse(envelope, _messages.Soap, _environment.XmlLimits);
            relatesTo = wire.FindText(_messages.Soap.MessageId);
            var action = wire.FindText(_messages.Soap.Action);
            return _issuer is null
                ? await ReceiveSessionlessAsync(wire, action, cancellationToken).ConfigureAwait(false)
                : await ReceiveInSessionAsync(_issuer, wire, action, cancellationToken).ConfigureAwait(false);
        }
        catch (SecurityFailureException e)
        {
            EngineLog.Refused(_environment.Log, e.Code, e.Detail);
            if (wire is null && FaultMap.IsBadRequest(e.Code))
            {
                return new ServiceResult.Respond(default, 400, e.Code, new PooledBytes(16));
            }

            wire?.Dispose();
            return Refuse(e.Code, relatesTo);
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            EngineLog.Defect(_environment.Log, e);
            wire?.Dispose();
            return Refuse(FailureCode.Internal, relatesTo);
        }
    }

    /// <summary>Ends a session from the side of the service; its messages are answered by BadContextToken from then on.</summary>
    public void Abort(ServiceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        _issuer?.Sessions.Close(session, SessionCloseReason.Aborted);
    }

    /// <summary>Ends all sessions and zeroes their keys.</summary>
    public void Dispose() => _issuer?.Sessions.Dispose();

    private async ValueTask<ServiceResult> ReceiveSessionlessAsync(SoapEnvelope wire, string? action, CancellationToken cancellationToken)
    {
        if (wire.FindSecurity().IsNull && (action == ProtocolVersion.February2005.CancelAction || action == ProtocolVersion.V13.CancelAction))
        {
            using (wire)
            {
                return Fault(WireFault.CancellationNotAllowed, FailureCode.SecurityHeaderMissing, wire.FindText(_messages.Soap.MessageId));
            }
        }

        if (ProtocolVersion.IsSessionAction(action) && !wire.FindSecurity().IsNull)
        {
            // It might verify: the binding may be the bootstrap of the sessions that the client has in mind. No application asked for it.
            Fail.With(FailureCode.SessionNotOffered);
        }

        var own = _credentials.ServiceCertificate!;
        var (request, user) = await _receiver.ReceiveAsync(wire, _messages, _messages.ForAction(action, MessageDirection.ClientToService),
            new ServiceKeySource(own), cancellationToken).ConfigureAwait(false);
        ReplyProtection? protection = null;
        try
        {
            protection = ReplyProtection.ForRequest(request, _messages, own, _environment);
            return Dispatch(request, user, null, protection);
        }
        catch
        {
            request.Dispose();
            protection?.Dispose();
            throw;
        }
    }

    private async ValueTask<ServiceResult> ReceiveInSessionAsync(SessionIssuer issuer, SoapEnvelope wire, string? action, CancellationToken cancellationToken)
    {
        if (action == _messages.Protocol.IssueAction && !wire.FindSecurity().IsNull)
        {
            return await issuer.Negotiations.RunAsync(token => IssueAsync(issuer, wire, token), cancellationToken).ConfigureAwait(false);
        }

        var session = issuer.Route(wire);
        var isCancel = action == _messages.Protocol.CancelAction;
        VerifiedMessage? request = null;
        ReplyProtection? protection = null;
        try
        {
            if (session.IsExpired && !isCancel)
            {
                // The session stays, so that it can still be cancelled (recorded from WCF).
                wire.Dispose();
                Fail.With(FailureCode.ContextKeyExpired);
            }

            var requirements = isCancel
                ? _messages.ForCancel(MessageDirection.ClientToService)
                : _messages.ForAction(action, MessageDirection.ClientToService);
            request = await _receiver.ReceiveInSessionAsync(wire, _messages, requirements,
                new ContextKeySource((id, instance) => id == session.Id && instance == session.Key.Instance ? session.Key : null, session.ReplyKeys),
                cancellationToken).ConfigureAwait(false);
            protection = ReplyProtection.ForSession(request, _messages, session, _environment);
            if (isCancel)
            {
                return Respond(issuer.Cancel(request, session, protection), request, protection);
            }

            if (!issuer.Sessions.Use(session))
            {
                // It ended while the message was verified: after Cancel is confirmed nothing runs in the session any more.
                Fail.With(FailureCode.UnknownContext);
            }

            return Dispatch(request, session.User, session, protection);
        }
        catch
        {
            request?.Dispose();
            if (protection is null)
            {
                session.Leave();
            }

            protection?.Dispose();
            throw;
        }
    }

    private async ValueTask<ServiceResult> IssueAsync(SessionIssuer issuer, SoapEnvelope wire, CancellationToken cancellationToken)
    {
        var own = _credentials.ServiceCertificate!;
        var (request, user) = await _receiver.ReceiveAsync(wire, issuer.Bootstrap, issuer.Bootstrap.ForHandshake(MessageDirection.ClientToService),
            new ServiceKeySource(own), cancellationToken).ConfigureAwait(false);
        ReplyProtection? protection = null;
        try
        {
            protection = ReplyProtection.ForRequest(request, issuer.Bootstrap, own, _environment);
            return Respond(issuer.Issue(request, user, protection), request, protection);
        }
        catch
        {
            request.Dispose();
            protection?.Dispose();
            throw;
        }
    }

    /// <summary>WCF dispatches headers that nobody signed; we do not hand them out, so what must be understood in them is refused.</summary>
    private ServiceResult Dispatch(VerifiedMessage request, System.Security.Claims.ClaimsPrincipal user, ServiceSession? session, ReplyProtection protection)
    {
        request.HandsOutUnsignedHeaders = _environment.HandOutUnsignedHeaders;
        if (request.HandsOutUnsignedHeaders || request.FindUnsignedMustUnderstand().IsNull)
        {
            return new ServiceResult.Dispatch(request, user, session, protection);
        }

        EngineLog.Refused(_environment.Log, FailureCode.NotUnderstood, null);
        var requirements = _messages.ForAction(_messages.Soap.DefaultFaultAction, MessageDirection.ServiceToClient);
        var fault = EnvelopeWriter.Fault(_messages.Soap, WireFault.NotUnderstood, request.MessageId);
        return Respond((protection.Secure(fault, requirements), FailureCode.NotUnderstood), request, protection);
    }

    private static ServiceResult.Respond Respond((SecuredMessage Message, FailureCode Code) reply, VerifiedMessage request, ReplyProtection protection)
    {
        request.Dispose();
        protection.Dispose();
        return new ServiceResult.Respond(reply.Message.Memory, reply.Code == FailureCode.None ? 200 : 500, reply.Code, reply.Message);
    }

    private ServiceResult.Respond Refuse(FailureCode code, string? relatesTo)
    {
        // A message without security on an endpoint of sessions matches neither a session nor the handshake (recorded from WCF).
        var fault = code == FailureCode.SecurityHeaderMissing && _issuer is not null
            ? FaultMap.BadContextToken(_messages.Protocol)
            : FaultMap.Of(code, _messages.Protocol);
        return Fault(fault, code, relatesTo);
    }

    private ServiceResult.Respond Fault(WireFault fault, FailureCode code, string? relatesTo)
    {
        var envelope = EnvelopeWriter.Fault(_messages.Soap, fault, relatesTo);
        return new ServiceResult.Respond(envelope.Memory, 500, code, envelope);
    }
}
