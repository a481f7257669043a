using System.Security.Claims;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation;

/// <summary>What the service does with its credentials: messages outside sessions, handshakes, and the change of credentials.</summary>
public sealed partial class MessageSecurityService
{
    private readonly Lock _changing = new();
    private readonly IReplayCache? _replays;
    private readonly EndpointScopes? _scopes;
    private IReplayCache? _ofEndpoint;
    private volatile ServiceCertificates _certificates;
    private Task _unused = Task.CompletedTask;

    /// <summary>
    /// Gives the service other credentials while it runs. They hold for messages that arrive from now on; those under way finish with the
    /// ones they began with. Sessions go on, since their keys have nothing to do with certificates; those in a store or in cookies go on
    /// while the certificate that was current when they were opened, or renewed, is one of the service
    /// (<see cref="ServiceCredentials.OtherServiceCertificates"/>). What was accepted before is refused as a replay afterwards as well.
    /// </summary>
    /// <param name="credentials">All credentials, not only those that are new.</param>
    /// <returns>
    /// Completed when no message uses earlier credentials any more: then certificates and keys that are only in those may be disposed of.
    /// A message uses them until its <see cref="ServiceResult"/> is disposed of. Nobody needs to wait.
    /// </returns>
    /// <exception cref="ArgumentException">They lack something that the binding needs. Nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">A certificate in them was disposed of. Nothing has changed.</exception>
    public Task UpdateCredentialsAsync(ServiceCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        CredentialChecks.Require(Binding, credentials);
        lock (_changing)
        {
            var earlier = _certificates;
            _certificates = Take(credentials);
            earlier.Leave();

            // Credentials may be among several: those that are gone now are out of use when all earlier ones are.
            _unused = _unused.IsCompleted ? earlier.Unused : Task.WhenAll(_unused, earlier.Unused);
            EngineLog.CredentialsChanged(_environment.Log,
                credentials.ServiceCertificate is { } own ? FailureText.Certificate(own.Certificate) : "none",
                credentials.OtherServiceCertificates.Count);
            return _unused;
        }
    }

    /// <summary>Makes what is used of credentials, and serves the sessions of their certificates.</summary>
    private ServiceCertificates Take(ServiceCredentials credentials)
    {
        var credentialsOfMessages = ServiceCertificates.Of(Binding, credentials);
        var all = credentialsOfMessages.Select(own => own.Certificate).ToList();
        var memories = _replays is { } shared ? [.. all.Select(_ => shared)]
            : ServiceReceiver.SharedMemories(_messages, all, _ofEndpoint, _environment.Clock);
        _ofEndpoint ??= memories.Count > 0 ? memories[0] : _replays ?? ServiceReceiver.OwnMemory(_messages, _environment.Clock);
        var certificates = new ServiceCertificates(credentials, credentialsOfMessages, memories, _ofEndpoint, _environment);
        // Sessions that were opened when one certificate did both go on.
        var issuers = all.Count == 0 || credentials.ServiceEncryptionCertificate is null
            ? all
            : [.. all, credentials.ServiceCertificate!.Certificate];
        _scopes?.Use(issuers);
        _contextScopes?.Use(issuers);
        return certificates;
    }

    private ServiceCertificates EnterCertificates()
    {
        while (true)
        {
            var certificates = _certificates;
            if (certificates.TryEnter())
            {
                return certificates;
            }
        }
    }

    /// <summary>Receives a message of a binding without sessions.</summary>
    private async ValueTask<ServiceResult> ReceiveAloneAsync(ReceivedEnvelope message, CancellationToken cancellationToken)
    {
        var isSecured = !message.Wire.FindSecurity().IsNull;
        if (!isSecured && MessageKinds.IsCancelRequest(message.Action))
        {
            using (message.Wire)
            {
                return ServiceResult.Respond.Fault(
                    Formats.Soap, WireFault.CancellationNotAllowed, FailureCode.SecurityHeaderMissing, message.MessageId);
            }
        }

        if (isSecured && MessageKinds.IsSessionRequest(message.Action))
        {
            // A client that expects sessions may use this binding as its bootstrap, so the message could verify. Refuse it all the same:
            // it is not for the application.
            Fail.With(FailureCode.SessionNotOffered, "wsa:Action", message.Action, "no session (EstablishSecurityContext is false)");
        }

        var certificates = EnterCertificates();
        try
        {
            return await ReceiveAloneAsync(message, certificates.Require(message, Formats), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            certificates.Leave();
        }
    }

    private async ValueTask<ServiceResult> ReceiveAloneAsync(
        ReceivedEnvelope message, OwnCertificate own, CancellationToken cancellationToken)
    {
        var action = Formats.Soap.HasAddressing ? message.Action : message.Origin.Action;
        var requirements = Formats.ForRequest(action);
        using var ofUserName = await own.Receiver.FindUserNameKeyAsync(message, requirements, cancellationToken).ConfigureAwait(false);
        using var negotiated = _contexts?.Enter(message.Wire, Owner.OfStranger(message.Origin.RemoteAddress));
        var keys = new ServiceKeySource(own.Credential, own.Owner.Clients, ofUserName, negotiated?.Key) { Use = message.Use };
        var (request, user) = await own.Receiver.ReceiveAsync(
            message, Formats, requirements, keys, cancellationToken, context: negotiated).ConfigureAwait(false);
        ReplyProtection? protection = null;
        try
        {
            protection = negotiated is null
                ? ReplyProtection.ForRequest(request, Formats, own, _environment)
                : ReplyProtection.ForContext(request, Formats, negotiated, _environment);
            return Deliver(request, user, message.Origin, protection);
        }
        catch
        {
            request.Dispose();
            protection?.Dispose();
            throw;
        }
    }

    /// <summary>Answers a message under the bootstrap, which opens or renews a session.</summary>
    private async ValueTask<ServiceResult> NegotiateAsync(
        ReceivedEnvelope message, ReadOnlyMemory<byte> envelope, MessageKind kind, CancellationToken cancellationToken)
    {
        var certificates = EnterCertificates();
        try
        {
            var answer = await _handshakes!.AnswerAsync(message, envelope, kind, certificates, cancellationToken).ConfigureAwait(false);
            return ServiceResult.Respond.Protected(answer);
        }
        finally
        {
            certificates.Leave();
        }
    }

    /// <summary>Gives a request outside sessions to the application, if it is for this endpoint and can be handed out.</summary>
    private ServiceResult Deliver(VerifiedMessage request, ClaimsPrincipal user, MessageOrigin origin, ReplyProtection protection)
    {
        if (_delivery.Refuse(request, Formats, MessageKind.Application, origin, protection) is not { } refusal)
        {
            return new ServiceResult.Dispatch(request, user, null, protection);
        }

        request.Dispose();
        protection.Dispose();
        return ServiceResult.Respond.Protected(refusal);
    }
}
