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
/// The service side of message security, without I/O: it takes received envelopes and returns what the host does with them. One
/// instance serves one endpoint and is safe for concurrent use.
/// </summary>
public sealed class MessageSecurityService : IDisposable
{
    // A fault for a stranger repeats his message id, though not one that is larger than any honest one.
    private const int MaxEchoedId = 1024;

    private readonly EndpointMessages _messages;
    private readonly EngineEnvironment _environment;
    private readonly ServiceCredentials _credentials;
    private readonly ServiceReceiver _receiver;
    private readonly ServiceSessions? _sessions;

    /// <summary>Creates the service side of an endpoint.</summary>
    /// <param name="binding">How messages are secured.</param>
    /// <param name="credentials">The certificate of the service and how clients are validated.</param>
    /// <param name="options">All other settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The credentials lack something that the binding needs, the binding detects replays but has no timestamps, or options contradict
    /// each other.
    /// </exception>
    public MessageSecurityService(
        MessageSecurityBinding binding, ServiceCredentials credentials, MessageSecurityServiceOptions? options = null)
        : this(binding, credentials, options ?? new MessageSecurityServiceOptions(), environment: null)
    {
    }

    internal MessageSecurityService(
        MessageSecurityBinding binding,
        ServiceCredentials credentials,
        MessageSecurityServiceOptions options,
        EngineEnvironment? environment)
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
            HandOutCanonicalForm = options.HandOutCanonicalForm,
            Log = options.LoggerFactory?.CreateLogger("SecureConversation.Service") ?? (ILogger)NullLogger.Instance,
        };
        _environment.Check();
        LocalSettingsChecks.RequireTimestamps(
            binding, nameof(SecurityBindingElement.LocalServiceSettings), element => element.LocalServiceSettings.DetectReplays);
        CredentialChecks.Require(binding, credentials);

        _messages = new EndpointMessages(binding);
        _receiver = new ServiceReceiver(_environment, options.ReplayCache, new ClientAuthenticator(credentials, _environment.Clock));
        _sessions = binding.EstablishesSession ? new ServiceSessions(_messages, _environment, options) : null;
    }

    /// <summary>How messages are secured.</summary>
    public MessageSecurityBinding Binding { get; }

    /// <summary>Number of open sessions in this process, pending ones included.</summary>
    public int SessionCount => _sessions?.Table.Count ?? 0;

    /// <summary>
    /// Verifies one message. Handshake messages and refused messages give a reply to send, all others go to the application. No input of
    /// a peer makes this method throw.
    /// </summary>
    /// <param name="envelope">The entity body in UTF-8. Must stay unchanged until the result is disposed.</param>
    /// <param name="cancellationToken">Cancels calls to validators, caches and stores.</param>
    public ValueTask<ServiceResult> ReceiveAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken = default) =>
        ReceiveAsync(envelope, MessageOrigin.Unknown, cancellationToken);

    /// <inheritdoc cref="ReceiveAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <param name="envelope">The entity body in UTF-8. Must stay unchanged until the result is disposed.</param>
    /// <param name="origin">What the transport knows about the message.</param>
    /// <param name="cancellationToken">Cancels calls to validators, caches and stores.</param>
    public async ValueTask<ServiceResult> ReceiveAsync(
        ReadOnlyMemory<byte> envelope, MessageOrigin origin, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(origin);
        string? relatesTo = null;
        SoapEnvelope? wire = null;
        try
        {
            wire = SoapEnvelope.Parse(envelope, Formats.Soap, _environment.XmlLimits);
            relatesTo = wire.FindText(Formats.Soap.MessageId) is { Length: <= MaxEchoedId } id ? id : null;
            var action = wire.FindText(Formats.Soap.Action);
            var kind = _messages.KindOf(action, MessageRole.Request);
            var received = _sessions is null ? ReceiveAloneAsync(wire, action, relatesTo, cancellationToken)
                : kind == MessageKind.IssueRequest && !wire.FindSecurity().IsNull ? IssueAsync(_sessions, wire, cancellationToken)
                : ReceiveInSessionAsync(_sessions, wire, kind, action, cancellationToken);
            return await received.ConfigureAwait(false);
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

    /// <summary>Ends a session from the side of the service. Later messages of the session get the fault BadContextToken.</summary>
    /// <param name="session">A session of this service.</param>
    public async ValueTask AbortAsync(ServiceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (_sessions is not null)
        {
            await _sessions.Router.CloseAsync(session, SessionCloseReason.Aborted).ConfigureAwait(false);
        }
    }

    /// <summary>Ends all sessions of this process and zeroes their keys. The states in a session store remain.</summary>
    public void Dispose() => _sessions?.Table.Dispose();

    private BindingMessages Formats => _messages.Application;

    /// <summary>Receives a message of a binding without sessions.</summary>
    private async ValueTask<ServiceResult> ReceiveAloneAsync(
        SoapEnvelope wire, string? action, string? relatesTo, CancellationToken cancellationToken)
    {
        var isSecured = !wire.FindSecurity().IsNull;
        if (!isSecured && MessageKinds.IsCancelRequest(action))
        {
            using (wire)
            {
                return ServiceResult.Respond.Fault(
                    Formats.Soap, WireFault.CancellationNotAllowed, FailureCode.SecurityHeaderMissing, relatesTo);
            }
        }

        if (isSecured && MessageKinds.IsSessionRequest(action))
        {
            // A client that expects sessions may use this binding as its bootstrap, so the message could verify. Refuse it all the same:
            // it is not for the application.
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

    /// <summary>Answers a message that opens a session. This costs private key operations, so only a few run at once.</summary>
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
                    var answer = await sessions.Issue.AnswerAsync(request, user, protection, stop).ConfigureAwait(false);
                    return ServiceResult.Respond.Protected(answer);
                }
            },
            cancellationToken);

    /// <summary>Receives a message that the key of a session protects.</summary>
    private async ValueTask<ServiceResult> ReceiveInSessionAsync(
        ServiceSessions sessions, SoapEnvelope wire, MessageKind kind, string? action, CancellationToken cancellationToken)
    {
        var session = await sessions.Router.EnterAsync(wire, cancellationToken).ConfigureAwait(false);
        VerifiedMessage? request = null;
        ReplyProtection? protection = null;
        try
        {
            SessionRules.RequireUsable(kind, session.Expires, _environment.Clock.GetUtcNow());
            request = await _receiver.ReceiveInSessionAsync(wire, Formats, _messages.RequirementsOf(kind, action, MessageRole.Request),
                new ContextKeySource(session.Key, session.ReplyKeys), cancellationToken).ConfigureAwait(false);
            if (session.IsOwnReply(request.ReplayValue))
            {
                Fail.With(FailureCode.WrongToken, "reflected message");
            }

            // A session can be cancelled even when it takes no further requests.
            if (kind == MessageKind.Application && !session.CanRememberReply(Formats.Element.LocalServiceSettings.ReplayCacheSize))
            {
                Fail.With(FailureCode.ReplayCacheFull, "replies of the session");
            }

            protection = ReplyProtection.ForSession(request, Formats, session, _environment);
            if (kind == MessageKind.CancelRequest)
            {
                using (request)
                using (protection)
                {
                    var answer = await sessions.Cancel.AnswerAsync(request, session, protection, cancellationToken).ConfigureAwait(false);
                    return ServiceResult.Respond.Protected(answer);
                }
            }

            if (!sessions.Table.Use(session))
            {
                // The session ended while the message was verified. Once Cancel is confirmed, no message of the session may be dispatched.
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

    /// <summary>
    /// Gives a request to the application. WCF hands out unsigned header blocks, we remove them by default; then an unsigned block with
    /// mustUnderstand cannot be processed and the request is refused (SOAP 1.2 part 1 section 5.2.3).
    /// </summary>
    private ServiceResult Dispatch(VerifiedMessage request, ClaimsPrincipal user, ServiceSession? session, ReplyProtection protection)
    {
        request.HandsOutUnsignedHeaders = _environment.HandOutUnsignedHeaders;
        request.HandsOutCanonicalForm = _environment.HandOutCanonicalForm;
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
