using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Schedule;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation;

/// <summary>
/// The service side of message security, without I/O: it takes received envelopes and returns what the host does with them. One
/// instance serves one endpoint and is safe for concurrent use.
/// </summary>
public sealed partial class MessageSecurityService : IDisposable
{
    // A fault for a stranger repeats his message id, though not one that is larger than any honest one.
    private const int MaxEchoedId = 1024;

    // What waits for a turn holds the octets of its message, and what waits to be refused holds none.
    private const int PlacesForEachInLine = 4;

    private readonly EndpointMessages _messages;
    private readonly EngineEnvironment _environment;
    private readonly PrivateKeyTurns? _turns;
    private readonly bool _requiresSecureTransport;
    private readonly ServiceSessions? _sessions;
    private readonly ServiceHandshakes? _handshakes;
    private readonly ReliableService? _reliable;
    private readonly FailureDesk _failures;
    private readonly RequestDelivery _delivery;
    private readonly StatusReader _status;
    private readonly HeaderGlance _glance;

    /// <summary>Creates the service side of an endpoint.</summary>
    /// <param name="binding">How messages are secured.</param>
    /// <param name="credentials">The certificate of the service and how clients are validated.</param>
    /// <param name="options">All other settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The credentials lack something that the binding needs, the binding detects replays but has no timestamps, the address of the
    /// endpoint is not absolute, a session store or cookies lack the name of the endpoint, cookies lack an encoder, another option is out
    /// of its range, or two options contradict each other.
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
        _environment = environment ?? EngineEnvironment.Of(options);
        _environment.Check(binding);
        var telemetry = new EngineTelemetry("service", options.EndpointName);
        _environment = _environment with
        {
            Telemetry = telemetry,
            Refusals = new RefusalLog(_environment.Log, _environment.Clock, telemetry),
            Sessions = new SessionLog(_environment.Log, _environment.Clock, telemetry),
            Sequences = new SequenceLog(_environment.Log, _environment.Clock, telemetry),
        };
        LocalSettingsChecks.RequireTimestamps(
            binding, nameof(SecurityBindingElement.LocalServiceSettings), element => element.LocalServiceSettings.DetectReplays);
        CredentialChecks.Require(binding, credentials);
        IssuedTokenChecks.Require(binding, credentials, options.Address);
        BindingWarnings.Log(binding, _environment);
        ServiceOptionChecks.Require(options);
        SessionChecks.Require(binding, options);
        _messages = new EndpointMessages(binding);
        _failures = new FailureDesk(options.FailureAnswers, _environment.Clock, _environment.Log);
        _requiresSecureTransport = options.RequireSecureTransport ?? binding.RequiresSecureTransport;
        var usesPrivateKey = !Formats.IsProtectedByTransport && Formats.Element.NegotiatedToken is null;
        _turns = binding.EstablishesSession || !usesPrivateKey ? null : new PrivateKeyTurns(
            Math.Max(1, options.FailureAnswers.MaxWaiting / PlacesForEachInLine),
            $"messages outside sessions that wait, one for {PlacesForEachInLine} of {nameof(FailureAnswerOptions.MaxWaiting)} of "
            + nameof(MessageSecurityServiceOptions.FailureAnswers), _environment.Clock);
        _delivery = new RequestDelivery(_environment, options.Address, options.AddressFilter);
        _replays = options.ReplayCache;
        _scopes = options.SessionStore is null && !binding.HasCookies ? null : new EndpointScopes(options.EndpointName!, binding);
        _contextScopes = !binding.HasNegotiationCookies ? null
            : new EndpointScopes(options.EndpointName!, binding.BootstrapBinding ?? binding);
        _certificates = Take(credentials);
        if (Negotiating is { } negotiating)
        {
            _contexts = new NegotiatedContexts(negotiating, options.SecurityStateEncoder, _contextScopes, _environment.Random,
                _environment.Clock);
            _negotiations = new ServiceNegotiations(negotiating, _contexts, _environment);
        }

        _sessions = binding.EstablishesSession ? new ServiceSessions(_messages, _environment, options, _scopes) : null;
        _reliable = binding.ReliableSession is { } reliable ? new ReliableService(
            Formats, reliable, options.MaxKeptReplyBytes, _environment) : null;
        _handshakes = _sessions is null ? null : new ServiceHandshakes(_sessions, _messages, _delivery, _contexts, _environment);
        var knowsSessions = _sessions is { Store: null, Cookies: null };
        _glance = new HeaderGlance(_messages, IsLegOfNegotiation, knowsSessions ? _sessions!.Table : null);
        _status = new StatusReader(options, Formats.Element.LocalServiceSettings, () => new(_certificates, SessionCount,
            _sessions?.Table.PendingCount ?? 0, _failures.Waiting, _sessions?.Store?.LastFailure));
        if (binding.Element.EnableUnsecuredResponse)
        {
            EngineLog.UnsecuredResponses(_environment.Log);
        }
    }

    /// <summary>How messages are secured.</summary>
    public MessageSecurityBinding Binding { get; }

    /// <summary>Number of open sessions in this process, pending ones included. Those that travel in cookies are not kept.</summary>
    public int SessionCount => _sessions?.Table.Count ?? 0;

    /// <summary>Reads how the service does: its certificate, its limits and its session store.</summary>
    public MessageSecurityServiceStatus GetStatus() => _status.Read();

    /// <summary>
    /// Verifies one message. Handshake messages and refused messages give a reply to send, all others go to the application. No input of
    /// a peer makes this method throw. Refusals wait until <see cref="MessageSecurityServiceOptions.FailureAnswers"/> lets them go.
    /// </summary>
    /// <param name="envelope">The entity body in UTF-8. Must stay unchanged until the result is disposed.</param>
    /// <param name="cancellationToken">Cancels calls to validators, caches and stores.</param>
    public ValueTask<ServiceResult> ReceiveAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken = default) =>
        ReceiveAsync(envelope, MessageOrigin.Unknown, cancellationToken);

    /// <inheritdoc cref="ReceiveAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <param name="envelope">The entity body in UTF-8. Must stay unchanged until the result is disposed.</param>
    /// <param name="origin">What the transport knows about the message.</param>
    /// <param name="cancellationToken">Cancels calls to validators, caches and stores.</param>
    public ValueTask<ServiceResult> ReceiveAsync(
        ReadOnlyMemory<byte> envelope, MessageOrigin origin, CancellationToken cancellationToken = default) =>
        ReceiveAsync(envelope, origin, owner: null, cancellationToken);

    /// <inheritdoc cref="ReceiveAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <param name="envelope">The entity body in UTF-8. Must stay unchanged until the result is disposed.</param>
    /// <param name="origin">What the transport knows about the message.</param>
    /// <param name="owner">
    /// Holds the memory of the envelope. It is disposed of when the message is refused, before the refusal waits, so that a refusal holds
    /// no memory while it waits; in all other cases the caller disposes of it after the result. Null when the memory is not pooled.
    /// </param>
    /// <param name="cancellationToken">Cancels calls to validators, caches and stores.</param>
    public async ValueTask<ServiceResult> ReceiveAsync(
        ReadOnlyMemory<byte> envelope, MessageOrigin origin, IDisposable? owner, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var arrival = _failures.Arrive();
        if (_failures.IsFull(origin.RemoteAddress))
        {
            _environment.Telemetry.Refused(FailureCode.ServiceTooBusy);
            return ReceivedOutcome.TooBusy(_environment.Messages, Refuse(FailureCode.ServiceTooBusy, null), envelope, origin);
        }

        FailureCode refused;
        AuthenticationFaultException? own = null;
        var (isSoap, isNegotiation) = (true, false);
        string? relatesTo = null, action = null;
        SoapEnvelope? wire = null;
        var use = new KeyUse();
        var verifying = _environment.Telemetry.Verify();
        try
        {
            // Where each message needs the private key it waits as octets: what is made of them may be ten times as large.
            using var turn = _turns is null ? null
                : await _turns.EnterAsync(Owner.OfStranger(origin.RemoteAddress), cancellationToken).ConfigureAwait(false);
            wire = _glance.Parse(envelope, _environment.XmlLimits);
            relatesTo = wire.MessageId is { Length: <= MaxEchoedId } id ? id : null;
            action = wire.Action;
            if (_requiresSecureTransport && !origin.IsSecureTransport)
            {
                Fail.With(FailureCode.InsecureTransport, "transport", "no TLS, as far as the host knows",
                    "TLS (RequireSecureTransport, AllowInsecureTransport)");
            }

            var message = new ReceivedEnvelope(wire, action, relatesTo, origin, use) { Turn = turn };
            if (IsLegOfNegotiation(wire, action))
            {
                isNegotiation = true;
                verifying = verifying.AsHandshake();
                return ReceivedOutcome.Report(await ReceiveLegAsync(message, envelope, cancellationToken).ConfigureAwait(false), verifying,
                    envelope, message, _environment.Messages);
            }

            var kind = KindOf(message.Action, origin);
            if (kind == MessageKind.RenewRequest && _messages.MixesVersions)
            {
                Fail.With(FailureCode.VersionMismatch, "renewal of a session whose bootstrap has another MessageSecurityVersion", action);
            }

            verifying = kind == MessageKind.IssueRequest ? verifying.AsHandshake() : verifying;
            var received = _sessions is null ? ReceiveAloneAsync(message, cancellationToken)
                : kind is MessageKind.IssueRequest or MessageKind.RenewRequest && !wire.FindSecurity().IsNull
                    ? NegotiateAsync(message, envelope, kind, cancellationToken)
                : ReceiveInSessionAsync(_sessions, message, kind, cancellationToken);
            return ReceivedOutcome.Report(await received.ConfigureAwait(false), verifying, envelope, message, _environment.Messages);
        }
        catch (SecurityFailureException e)
        {
            (refused, own) = (e.Code, e.Answer);
            _environment.Refused(RequestFacts.Of(RefusedMessage.Of(e), action, relatesTo, use, origin), envelope);
            isSoap = wire is not null || !FaultMap.IsBadRequest(e.Code);
            wire?.Dispose();
        }
        catch (Exception e)
        {
            wire?.Dispose();
            if (e is OutOfMemoryException || (e is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                verifying.Dispose();
                throw;
            }

            refused = FailureCode.Internal;
            _environment.Refused(RequestFacts.Of(new(refused) { Thrown = e }, action, relatesTo, use, origin), envelope);
        }

        verifying.Failed(refused);
        verifying.Dispose();

        // What waits holds no memory of the message. Every refusal waits, or those who send only such messages could send more of them.
        owner?.Dispose();
        (envelope, wire) = (default, null);

        // All of them count: a failure that did not would tell that the signature was right.
        var counts = use.IsUsed && !isNegotiation && FaultMap.IsUniform(FaultOf(refused));
        await _failures.WaitAsync(arrival, use.Context, use.WrappedKey, origin.RemoteAddress, counts, cancellationToken)
            .ConfigureAwait(false);
        return ReceivedOutcome.Record(_environment.Messages, !isSoap ? ServiceResult.Respond.NotSoap(refused)
            : isNegotiation ? ServiceResult.Respond.Fault(Formats.Soap, FaultMap.OfNegotiation(refused), refused, relatesTo)
            : own is null ? Refuse(refused, relatesTo)
            : ServiceResult.Respond.Fault(Formats.Soap, own, refused, relatesTo), relatesTo, origin);
    }

    /// <summary>Ends a session from the side of the service. Later messages of the session get the fault BadContextToken.</summary>
    /// <param name="session">A session of this service.</param>
    /// <exception cref="Exception">What the session store throws. The session goes on if the store has it.</exception>
    public async ValueTask AbortAsync(ServiceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (_sessions is not null)
        {
            await _sessions.AbortAsync(session).ConfigureAwait(false);
        }
    }

    /// <summary>Begins the shutdown: handshakes get the fault EndpointUnavailable. Calls in open sessions go on.</summary>
    public void Stop() => _sessions?.Issue.Stop();

    /// <summary>Ends all sessions of this process and zeroes their keys. The states in a session store remain.</summary>
    public void Dispose()
    {
        _sessions?.Dispose();
        _reliable?.Dispose();
        _negotiations?.Dispose();
        _contexts?.Dispose();
        _failures.Dispose();
        _environment.Refusals!.Dispose();
        _environment.Sessions!.Dispose();
        _environment.Sequences!.Dispose();
    }

    private BindingMessages Formats => _messages.Application;

    /// <summary>Receives a message that the key of a session protects.</summary>
    private async ValueTask<ServiceResult> ReceiveInSessionAsync(
        ServiceSessions sessions, ReceivedEnvelope message, MessageKind kind, CancellationToken cancellationToken)
    {
        if (kind == MessageKind.CancelRequest && !Formats.RequiresCancellation)
        {
            Fail.With(FailureCode.CancellationNotAllowed, "wsa:Action", message.Action, "no Cancel (RequireCancellation is false)");
        }

        var sender = Owner.OfStranger(message.Origin.RemoteAddress);
        var token = SessionRouter.ReadToken(message.Wire, Formats.Protocol);
        var session = await sessions.EnterAsync(message.Wire, token, sender, cancellationToken).ConfigureAwait(false);
        VerifiedMessage? request = null;
        ReplyProtection? protection = null;
        try
        {
            (request, var isExpired) = await VerifyInSessionAsync(message, kind, session, token.Instance, cancellationToken)
                .ConfigureAwait(false);
            protection = ReplyProtection.ForSession(request, Formats, session, _environment);
            var answer = isExpired
                ? _delivery.AskToRenew(request, Formats, protection, session.Expires, message.Origin)
                : _delivery.Refuse(request, Formats, kind, message.Origin, protection);
            if (answer is null && IsHalfClose(kind, message.Origin))
            {
                return await CloseInputAsync(request, session, protection, kind).ConfigureAwait(false);
            }

            if (answer is null && kind != MessageKind.CancelRequest)
            {
                // The session may have ended while the message was verified. Once Cancel is confirmed, no message of it may be dispatched.
                var used = await sessions.UseAsync(session, token.Instance, sender, cancellationToken).ConfigureAwait(false);
                if (used != session)
                {
                    protection.Dispose();
                    (session, protection) = (used, null);
                    protection = ReplyProtection.ForSession(request, Formats, session, _environment);
                }

                return _reliable is null || kind != MessageKind.Application
                    ? new ServiceResult.Dispatch(request, session, protection)
                    : await ReceiveReliablyAsync(_reliable, request, session, protection, cancellationToken).ConfigureAwait(false);
            }

            using (request)
            using (protection)
            {
                var reply = answer
                    ?? await sessions.Cancel.AnswerAsync(request, session, protection, cancellationToken).ConfigureAwait(false);
                if (kind != MessageKind.CancelRequest && !session.IsRevived)
                {
                    // What goes no further uses a session that is open here, but brings none back: it may be a replay of a stranger.
                    sessions.Table.Use(session);
                }

                return ServiceResult.Respond.Protected(reply);
            }
        }
        catch (SecurityFailureException e) when (!session.IsRevived && e.IsOf(session.Id, session.Client, session.ClientCertificate))
        {
            throw;
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
    /// Verifies a message under the one key of its session that it names. Says whether that has expired, which is told to who holds it, and
    /// to nobody else.
    /// </summary>
    private async ValueTask<(VerifiedMessage Request, bool IsExpired)> VerifyInSessionAsync(ReceivedEnvelope message, MessageKind kind,
        ServiceSession session, string? instance, CancellationToken cancellationToken)
    {
        var now = _environment.Clock.GetUtcNow();
        var key = session.EnterKey(instance, now) ?? Fail.With<SessionKey>(FailureCode.KeyInstanceUnknown);
        try
        {
            var isExpired = SessionRules.IsExpired(kind, key.Expires, now);
            if (session.IsInputClosed)
            {
                Fail.With(FailureCode.UnknownContext, "session that the client has cancelled", session.Id);
            }

            if (isExpired && !_messages.CanRenew)
            {
                Fail.With(FailureCode.ContextKeyExpired);
            }

            var keys = new ContextKeySource(key.Context, key.SendKeys) { Use = message.Use };
            var request = await _certificates.OfSessions.ReceiveInSessionAsync(
                message, Formats, _messages.RequirementsOf(kind, message.Action, MessageRole.Request), keys,
                session, cancellationToken).ConfigureAwait(false);
            return (request, isExpired);
        }
        finally
        {
            key.Leave();
        }
    }

    private ServiceResult.Respond Refuse(FailureCode code, string? relatesTo) =>
        ServiceResult.Respond.Fault(Formats.Soap, FaultOf(code), code, relatesTo);

    private WireFault FaultOf(FailureCode code) => FaultMap.Of(code, Formats.Protocol, Binding.EstablishesSession);
}
