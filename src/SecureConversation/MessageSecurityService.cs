using System.Security.Claims;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
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
    private readonly EndpointMessages _messages;
    private readonly EngineEnvironment _environment;
    private readonly ServiceCredentials _credentials;
    private readonly ServiceReceiver _receiver;
    private readonly ServiceSessions? _sessions;

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

        _messages = new EndpointMessages(binding);
        _receiver = new ServiceReceiver(_environment, options.ReplayCache, new ClientAuthenticator(credentials, _environment.Clock));
        _sessions = binding.EstablishesSession ? new ServiceSessions(_messages, _environment, options) : null;
    }

    /// <summary>What messages look like.</summary>
    public MessageSecurityBinding Binding { get; }

    /// <summary>Number of open sessions in this process, pending ones included.</summary>
    public int SessionCount => _sessions?.Table.Count ?? 0;

    /// <summary>Verifies one message, or answers it when it belongs to a handshake or must be refused. Never throws for what a peer sends.</summary>
    /// <param name="envelope">The entity body in UTF-8. Must stay unchanged until the result is disposed.</param>
    /// <param name="cancellationToken">Cancels waiting for validators, caches and stores.</param>
    public async ValueTask<ServiceResult> ReceiveAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken = default)
    {
        string? relatesTo = null;
        SoapEnvelope? wire = null;
        try
        {
            wire = SoapEnvelope.Parse(envelope, Formats.Soap, _environment.XmlLimits);
            relatesTo = wire.FindText(Formats.Soap.MessageId);
            var action = wire.FindText(Formats.Soap.Action);
            var kind = _messages.KindOf(action, MessageRole.Request);
            return _sessions is null ? await ReceiveAloneAsync(wire, action, cancellationToken).ConfigureAwait(false)
                : kind == MessageKind.IssueRequest && !wire.FindSecurity().IsNull ? await IssueAsync(_sessions, wire, cancellationToken).ConfigureAwait(false)
                : await ReceiveInSessionAsync(_sessions, wire, kind, action, cancellationToken).ConfigureAwait(false);
        }
        catch (SecurityFailureException e)
        {
            EngineLog.Refused(_environment.Log, e.Code, e.Detail);
            if (wire is null && FaultMap.IsBadRequest(e.Code))
            {
                return ServiceResult.Respond.NotSoap(e.Code);
            }

            wire?.Dispose();
            return Refuse(e.Code, relatesTo);
        }
        catch (Exception e)
        {
            wire?.Dispose();
            if (e is OperationCanceledException or OutOfMemoryException)
            {
                throw;
            }

            EngineLog.Defect(_environment.Log, e);
            return Refuse(FailureCode.Internal, relatesTo);
        }
    }

    /// <summary>Ends a session from the side of the service; its messages are answered by BadContextToken from then on.</summary>
    /// <param name="session">A session of this service.</param>
    /// <param name="cancellationToken">Cancels waiting for the session store.</param>
    public async ValueTask AbortAsync(ServiceSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (_sessions is not null)
        {
            await _sessions.Router.CloseAsync(session, SessionCloseReason.Aborted, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends all sessions of this process and zeroes their keys. A session store keeps its own.</summary>
    public void Dispose() => _sessions?.Table.Dispose();

    private BindingMessages Formats => _messages.Application;

    /// <summary>A message of a binding without sessions.</summary>
    private async ValueTask<ServiceResult> ReceiveAloneAsync(SoapEnvelope wire, string? action, CancellationToken cancellationToken)
    {
        var isSecured = !wire.FindSecurity().IsNull;
        if (!isSecured && MessageKinds.IsCancelRequest(action))
        {
            using (wire)
            {
                return ServiceResult.Respond.Fault(Formats.Soap, WireFault.CancellationNotAllowed, FailureCode.SecurityHeaderMissing, wire.FindText(Formats.Soap.MessageId));
            }
        }

        if (isSecured && MessageKinds.IsSessionRequest(action))
        {
            // It might verify: the binding may be the bootstrap of the sessions that the client has in mind. No application asked for it.
            Fail.With(FailureCode.SessionNotOffered);
        }

        var own = _credentials.ServiceCertificate!;
        var (request, user) = await _receiver.ReceiveAsync(wire, Formats, Formats.ForAction(action, MessageRole.Request),
            new ServiceKeySource(own), cancellationToken).ConfigureAwait(false);
        ReplyProtection? protection = null;
        try
        {
            protection = ReplyProtection.ForRequest(request, Formats, own, _environment);
            return Dispatch(request, user, null, protection);
        }
        catch
        {
            request.Dispose();
            protection?.Dispose();
            throw;
        }
    }

    /// <summary>A message that opens a session. It costs operations with private keys, so few run at once.</summary>
    private ValueTask<ServiceResult> IssueAsync(ServiceSessions sessions, SoapEnvelope wire, CancellationToken cancellationToken) =>
        sessions.Negotiations.RunAsync<ServiceResult>(
            async stop =>
            {
                var (own, bootstrap) = (_credentials.ServiceCertificate!, _messages.Bootstrap!);
                var (request, user) = await _receiver.ReceiveAsync(wire, bootstrap, bootstrap.ForHandshake(MessageRole.Request),
                    new ServiceKeySource(own), stop).ConfigureAwait(false);
                using (request)
                {
                    using var protection = ReplyProtection.ForRequest(request, bootstrap, own, _environment);
                    return ServiceResult.Respond.Protected(await sessions.Issue.AnswerAsync(request, user, protection, stop).ConfigureAwait(false));
                }
            },
            cancellationToken);

    /// <summary>A message that the key of a session protects.</summary>
    private async ValueTask<ServiceResult> ReceiveInSessionAsync(ServiceSessions sessions, SoapEnvelope wire, MessageKind kind, string? action, CancellationToken cancellationToken)
    {
        var session = await sessions.Router.EnterAsync(wire, cancellationToken).ConfigureAwait(false);
        VerifiedMessage? request = null;
        ReplyProtection? protection = null;
        try
        {
            SessionRules.RequireUsable(kind, session.Expires, _environment.Clock.GetUtcNow());
            request = await _receiver.ReceiveInSessionAsync(wire, Formats, _messages.RequirementsOf(kind, action, MessageRole.Request),
                new ContextKeySource(session.Key, session.ReplyKeys), cancellationToken).ConfigureAwait(false);
            protection = ReplyProtection.ForSession(request, Formats, session, _environment);
            if (kind == MessageKind.CancelRequest)
            {
                using (request)
                using (protection)
                {
                    return ServiceResult.Respond.Protected(await sessions.Cancel.AnswerAsync(request, session, protection, cancellationToken).ConfigureAwait(false));
                }
            }

            if (!sessions.Table.Use(session))
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

    /// <summary>WCF dispatches headers that nobody signed; we do not hand them out, so what must be understood in them is refused.</summary>
    private ServiceResult Dispatch(VerifiedMessage request, ClaimsPrincipal user, ServiceSession? session, ReplyProtection protection)
    {
        request.HandsOutUnsignedHeaders = _environment.HandOutUnsignedHeaders;
        if (request.HandsOutUnsignedHeaders || request.FindUnsignedMustUnderstand().IsNull)
        {
            return new ServiceResult.Dispatch(request, user, session, protection);
        }

        EngineLog.Refused(_environment.Log, FailureCode.NotUnderstood, null);
        using (request)
        using (protection)
        {
            var requirements = Formats.ForAction(Formats.Soap.DefaultFaultAction, MessageRole.Reply);
            var fault = EnvelopeWriter.Fault(Formats.Soap, WireFault.NotUnderstood, request.MessageId);
            return ServiceResult.Respond.Protected(new ServiceAnswer(protection.Secure(fault, requirements), FailureCode.NotUnderstood));
        }
    }

    private ServiceResult.Respond Refuse(FailureCode code, string? relatesTo) =>
        ServiceResult.Respond.Fault(Formats.Soap, FaultMap.Of(code, Formats.Protocol, Binding.EstablishesSession), code, relatesTo);
}
