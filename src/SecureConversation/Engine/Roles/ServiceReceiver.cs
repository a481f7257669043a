using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Verifies a request and authenticates its sender. Before anything but the signature is decrypted, a certificate that signed is judged
/// and the message is remembered: a signature, and the key of an EncryptedKey, are good for one attempt, so that nobody can ask twice
/// what a changed ciphertext does.
/// </summary>
internal sealed class ServiceReceiver(
    EngineEnvironment environment, IReplayCache replays, IReplayCache ofEndpoint, ClientAuthenticator authenticator)
{
    private readonly UserNameTokens _userNames = new(authenticator.Credentials, ofEndpoint, environment.Clock);

    private readonly AttemptMemory _attempts = AttemptMemory.Of(replays, environment.Clock);

    /// <summary>
    /// The replay memories that an endpoint shares with others of the process, one for each of its certificates. The longer retention of
    /// session and handshake holds, and the size of the session.
    /// </summary>
    /// <param name="messages">The messages of the endpoint.</param>
    /// <param name="certificates">The certificates of the endpoint.</param>
    /// <param name="own">The memory that the endpoint has already; null when it has none.</param>
    /// <param name="clock">Source of time.</param>
    public static IReadOnlyList<IReplayCache> SharedMemories(
        EndpointMessages messages, IReadOnlyList<X509Certificate2> certificates, IReplayCache? own, TimeProvider clock)
    {
        var settings = messages.Application.Element.LocalServiceSettings;
        var retention = Freshness.Of(settings, clock).Retention;
        var ofHandshakes = messages.Bootstrap is { } bootstrap
            ? Freshness.Of(bootstrap.Element.LocalServiceSettings, clock).Retention
            : TimeSpan.Zero;
        return ProcessReplayMemory.Of(certificates, (InMemoryReplayCache?)own, clock,
            retention > ofHandshakes ? retention : ofHandshakes, settings.ReplayCacheSize);
    }

    /// <summary>The replay memory of an endpoint without certificate, which has no other endpoint to share it with.</summary>
    public static IReplayCache OwnMemory(EndpointMessages messages, TimeProvider clock) =>
        new InMemoryReplayCache(messages.Application.Element.LocalServiceSettings.ReplayCacheSize, clock);

    /// <summary>Receives a request whose tokens authenticate its sender.</summary>
    /// <param name="received">The request.</param>
    /// <param name="messages">Its formats.</param>
    /// <param name="requirements">The requirements for it.</param>
    /// <param name="keys">The keys that the service knows.</param>
    /// <param name="cancellationToken">Cancels calls to validators, caches and stores.</param>
    /// <param name="findMore">
    /// Finds more keys, once the primary signature holds and the message is remembered; null when there are no more.
    /// </param>
    /// <param name="context">The negotiated context whose key protects the message; null where another key does.</param>
    public async ValueTask<(VerifiedMessage Message, ClaimsPrincipal User)> ReceiveAsync(ReceivedEnvelope received,
        BindingMessages messages, MessageRequirements requirements, KeySource keys, CancellationToken cancellationToken,
        Func<AuthenticMessage, CancellationToken, ValueTask>? findMore = null, EnteredContext? context = null)
    {
        var assertions = await authenticator.ReceiveAssertionsAsync(received, messages, requirements, cancellationToken)
            .ConfigureAwait(false);
        keys.Assertions = assertions?.Received;
        var verifier = Verifier(messages, requirements, keys);
        using var authentic = verifier.Authenticate(received.Wire);
        received.Turn?.Dispose();
        var signer = await authenticator.AuthenticateSignerAsync(authentic, assertions, received.Origin, cancellationToken)
            .ConfigureAwait(false);
        var owner = context?.OwnerAt(received.Origin.RemoteAddress) ?? Owner.Of(signer, received.Origin.RemoteAddress);
        VerifiedMessage? message = null;
        try
        {
            var memory = messages.IsProtectedByTransport ? default
                : await RememberAsync(authentic, messages, owner, sessionId: null, cancellationToken).ConfigureAwait(false);
            if (findMore is not null)
            {
                await findMore(authentic, cancellationToken).ConfigureAwait(false);
            }

            verifier.VerifyInClear(authentic);
            if (messages.IsProtectedByTransport)
            {
                // The context to renew has signed by now, and may be all that signs. Nothing is decrypted that more attempts could tell of.
                memory = await RememberAsync(authentic, messages, owner, sessionId: null, cancellationToken).ConfigureAwait(false);
            }

            message = verifier.Open(authentic, []);
            memory.Opened(message);
            Record(message, received, session: null);
            context?.Use();
            message.Negotiated = context;
            var user = await authenticator.AuthenticateAsync(message, signer, assertions, received.Origin, cancellationToken)
                .ConfigureAwait(false);
            var sender = Owner.Of(user, received.Origin.RemoteAddress);
            await _userNames.RequireOnceAsync(message, FreshnessOf(messages), sender, cancellationToken).ConfigureAwait(false);
            message.CredentialsEnd = assertions?.End;
            if (assertions is { ForOneUse.Count: > 0 })
            {
                await assertions.UseAsync(environment.UsedAssertions!, sender, cancellationToken).ConfigureAwait(false);
            }

            return (message, user);
        }
        catch (SecurityFailureException e) when (e.IsOf(message is null ? authentic.Signed.Signer : message.SenderCertificate))
        {
            throw;
        }
        catch
        {
            message?.Dispose();
            throw;
        }
    }

    /// <summary>Authenticates the holder of a certificate who proved himself in a negotiation.</summary>
    /// <exception cref="SecurityFailureException">He is not accepted.</exception>
    public ValueTask<ClaimsPrincipal> AuthenticateAsync(
        X509Certificate2 certificate, MessageOrigin origin, CancellationToken cancellationToken) =>
        authenticator.AuthenticateAsync(certificate, origin, cancellationToken);

    /// <inheritdoc cref="ClientAuthenticator.AuthenticateAsync(ClaimsPrincipal?, MessageOrigin, CancellationToken)"/>
    public ValueTask<ClaimsPrincipal> AuthenticateAsync(
        ClaimsPrincipal? account, MessageOrigin origin, CancellationToken cancellationToken) =>
        authenticator.AuthenticateAsync(account, origin, cancellationToken);

    /// <summary>The credentials and validators of the service.</summary>
    public ServiceCredentials Credentials => authenticator.Credentials;

    /// <summary>The key of the user name in a request, where the binding protects requests by one; null elsewhere.</summary>
    /// <inheritdoc cref="UserNameTokens.FindKeyAsync"/>
    public ValueTask<SymmetricKey?> FindUserNameKeyAsync(
        ReceivedEnvelope received, MessageRequirements requirements, CancellationToken cancellationToken) =>
        _userNames.FindKeyAsync(received.Wire, requirements, cancellationToken);

    /// <summary>
    /// Receives a request of a session. The session has authenticated its sender before, who owns what is remembered of the request. Who
    /// that is is not asked before the signature holds.
    /// </summary>
    public async ValueTask<VerifiedMessage> ReceiveInSessionAsync(ReceivedEnvelope received, BindingMessages messages,
        MessageRequirements requirements, KeySource keys, ServiceSession session, CancellationToken cancellationToken)
    {
        var verifier = Verifier(messages, requirements, keys);
        using var authentic = verifier.Authenticate(received.Wire);
        var owner = session.OwnerAt(received.Origin.RemoteAddress);
        var memory = await RememberAsync(authentic, messages, owner, session.Id, cancellationToken).ConfigureAwait(false);
        verifier.VerifyInClear(authentic);
        var message = verifier.Open(authentic, []);
        memory.Opened(message);
        Record(message, received, session.Id);
        return message;
    }

    private void Record(VerifiedMessage message, ReceivedEnvelope received, string? session)
    {
        message.RemoteAddress = received.Origin.RemoteAddress;
        environment.Messages?.Opened(message, received.Origin.Action, session, message.RemoteAddress);
    }

    private MessageVerifier Verifier(BindingMessages messages, MessageRequirements requirements, KeySource keys) =>
        new(requirements, keys, _attempts.Signatures, FreshnessOf(messages), environment.XmlLimits);

    private Freshness FreshnessOf(BindingMessages messages) => Freshness.Of(messages.Element.LocalServiceSettings, environment.Clock);

    /// <summary>
    /// Refuses a replay. A new message for which there is no room, or that a failing cache does not remember, is opened all the same, if
    /// only once at a time, since what its sender gets is a secured answer that the service is busy.
    /// </summary>
    private async ValueTask<Memory> RememberAsync(
        AuthenticMessage message, BindingMessages messages, Owner owner, string? sessionId, CancellationToken cancellationToken)
    {
        if (message.Signed.Signer is not null && !message.WrappedKey.IsEmpty
            && !_attempts.WrappedKeys.TryAdd(message.WrappedKey, message.ReplayValue))
        {
            Fail.With(FailureCode.Replayed, "the EncryptedKey of another message");
        }

        var freshness = FreshnessOf(messages);
        if (message.ReplayValue.IsEmpty || (messages.IsProtectedByTransport && !freshness.RemembersMessage(message.Timestamp)))
        {
            // Nothing tells the message from others, or it is a message like any other of its client in this millisecond; and nothing in it
            // is decrypted, so that more than one attempt tells nothing.
            return default;
        }

        if (!freshness.RemembersMessage(message.Timestamp))
        {
            return new Memory(_attempts.Messages.Begin(message.ReplayValue, message.WrappedKey, owner), null);
        }

        var signature = new ReplayEntry
        {
            Value = ReplayValues.OfSignature(message.ReplayValue),
            Retention = freshness.Retention,
            Owner = owner.Name,
            Network = owner.Network,
            SessionId = sessionId,
        };
        var reason = await AddAsync(signature, cancellationToken).ConfigureAwait(false);
        foreach (var value in message.Signed.FurtherReplayValues)
        {
            reason ??= await AddAsync(signature with { Value = ReplayValues.OfSignature(value) }, cancellationToken).ConfigureAwait(false);
        }

        if (reason is null && !message.WrappedKey.IsEmpty)
        {
            var key = signature with { Value = ReplayValues.OfEncryptedKey(message.WrappedKey) };
            reason = await AddAsync(key, cancellationToken).ConfigureAwait(false);
        }

        return reason is null ? default : new Memory(_attempts.Messages.Begin(message.ReplayValue, message.WrappedKey, owner), reason);
    }

    /// <summary>Refuses a replay; why the cache does not remember a message that is none, or null when it does.</summary>
    private async ValueTask<Unremembered?> AddAsync(ReplayEntry entry, CancellationToken cancellationToken)
    {
        ReplayOutcome outcome;
        try
        {
            outcome = await replays.TryAddAsync(entry, cancellationToken).ConfigureAwait(false);
            if (outcome == ReplayOutcome.Fresh && ofEndpoint != replays)
            {
                // Where nothing signs the EncryptedKey, somebody on the way can choose the certificate, and not this memory.
                outcome = await ofEndpoint.TryAddAsync(entry, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (ApplicationCode.IsItsOwn(e, cancellationToken))
        {
            return new Unremembered(FailureCode.StoreUnavailable, nameof(MessageSecurityServiceOptions.ReplayCache), e);
        }

        return Freshness.IsRemembered(outcome) ? null : new Unremembered(FailureCode.ReplayCacheFull, Freshness.DetailOf(outcome));
    }

    /// <summary>What is known of a message before it is opened.</summary>
    /// <param name="Attempt">The attempt to open a message that is not remembered; null for one that is.</param>
    /// <param name="Reason">Why it is not remembered.</param>
    private readonly record struct Memory(SingleAttempts.Attempt? Attempt, Unremembered? Reason)
    {
        public void Opened(VerifiedMessage message)
        {
            Attempt?.Succeed();
            message.Unremembered = Reason;
        }
    }
}
