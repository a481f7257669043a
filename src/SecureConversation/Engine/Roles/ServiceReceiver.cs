using System.Collections.Concurrent;
using System.Security.Claims;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Verifies a request and authenticates its sender. Before anything but the signature is decrypted, a certificate that signed is judged
/// and the message is remembered: a signature, and the key of an EncryptedKey, are good for one attempt, so that nobody can ask twice
/// what a changed ciphertext does.
/// </summary>
internal sealed class ServiceReceiver(EngineEnvironment environment, IReplayCache? replays, ClientAuthenticator authenticator)
{
    private readonly ConcurrentDictionary<int, IReplayCache> _ownReplays = new();
    private readonly SingleAttempts _attempts = new(environment.Clock);

    /// <summary>Receives a request whose tokens authenticate its sender.</summary>
    public async ValueTask<(VerifiedMessage Message, ClaimsPrincipal User)> ReceiveAsync(SoapEnvelope wire, BindingMessages messages,
        MessageRequirements requirements, KeySource keys, CancellationToken cancellationToken)
    {
        var verifier = Verifier(messages, requirements, keys);
        using var authentic = verifier.Authenticate(wire);
        var signer = await authenticator.AuthenticateSignerAsync(authentic, cancellationToken).ConfigureAwait(false);
        var attempt = await RememberAsync(authentic, messages, cancellationToken).ConfigureAwait(false);
        var message = verifier.Open(authentic, []);
        try
        {
            var user = await authenticator.AuthenticateAsync(message, signer, cancellationToken).ConfigureAwait(false);
            attempt?.Succeed();
            return (message, user);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <summary>Receives a request of a session. The session has authenticated its sender before.</summary>
    public async ValueTask<VerifiedMessage> ReceiveInSessionAsync(SoapEnvelope wire, BindingMessages messages,
        MessageRequirements requirements, KeySource keys, CancellationToken cancellationToken)
    {
        var verifier = Verifier(messages, requirements, keys);
        using var authentic = verifier.Authenticate(wire);
        var attempt = await RememberAsync(authentic, messages, cancellationToken).ConfigureAwait(false);
        var message = verifier.Open(authentic, []);
        attempt?.Succeed();
        return message;
    }

    private MessageVerifier Verifier(BindingMessages messages, MessageRequirements requirements, KeySource keys) =>
        new(requirements, keys, FreshnessOf(messages), environment.XmlLimits);

    private Freshness FreshnessOf(BindingMessages messages) => Freshness.Of(messages.Element.LocalServiceSettings, environment.Clock);

    private async ValueTask<SingleAttempts.Attempt?> RememberAsync(
        AuthenticMessage message, BindingMessages messages, CancellationToken cancellationToken)
    {
        var freshness = FreshnessOf(messages);
        if (!freshness.RemembersMessage(message.Timestamp))
        {
            return _attempts.Begin(message.ReplayValue, message.WrappedKey);
        }

        var size = messages.Element.LocalServiceSettings.ReplayCacheSize;
        var cache = replays ?? _ownReplays.GetOrAdd(size, capacity => new InMemoryReplayCache(capacity, environment.Clock));
        var value = message.ReplayValue.ToArray();
        Freshness.RequireFirst(await cache.TryAddAsync(value, freshness.Retention, cancellationToken).ConfigureAwait(false));
        if (!message.WrappedKey.IsEmpty)
        {
            var key = message.WrappedKey.ToArray();
            Freshness.RequireFirst(await cache.TryAddAsync(key, freshness.Retention, cancellationToken).ConfigureAwait(false));
        }

        return null;
    }
}
