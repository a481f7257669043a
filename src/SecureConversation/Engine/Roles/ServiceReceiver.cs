using System.Collections.Concurrent;
using System.Security.Claims;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>Verifies a request, authenticates its sender, and refuses replays, in this order.</summary>
internal sealed class ServiceReceiver(EngineEnvironment environment, IReplayCache? replays, ClientAuthenticator authenticator)
{
    private readonly ConcurrentDictionary<int, IReplayCache> _ownReplays = new();

    /// <summary>Receives a request whose tokens authenticate its sender.</summary>
    public async ValueTask<(VerifiedMessage Message, ClaimsPrincipal User)> ReceiveAsync(SoapEnvelope wire, BindingMessages messages,
        MessageRequirements requirements, KeySource keys, CancellationToken cancellationToken)
    {
        var message = Verify(wire, messages, requirements, keys);
        try
        {
            var user = await authenticator.AuthenticateAsync(message, cancellationToken).ConfigureAwait(false);
            await RequireNoReplayAsync(message, messages, cancellationToken).ConfigureAwait(false);
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
        var message = Verify(wire, messages, requirements, keys);
        try
        {
            await RequireNoReplayAsync(message, messages, cancellationToken).ConfigureAwait(false);
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private VerifiedMessage Verify(SoapEnvelope wire, BindingMessages messages, MessageRequirements requirements, KeySource keys) =>
        new MessageVerifier(requirements, keys, FreshnessOf(messages), environment.XmlLimits).Verify(wire, []);

    private Freshness FreshnessOf(BindingMessages messages) => Freshness.Of(messages.Element.LocalServiceSettings, environment.Clock);

    private async ValueTask RequireNoReplayAsync(VerifiedMessage message, BindingMessages messages, CancellationToken cancellationToken)
    {
        var freshness = FreshnessOf(messages);
        if (!freshness.RemembersMessage(message.Timestamp))
        {
            return;
        }

        var size = messages.Element.LocalServiceSettings.ReplayCacheSize;
        var cache = replays ?? _ownReplays.GetOrAdd(size, capacity => new InMemoryReplayCache(capacity, environment.Clock));
        var value = message.ReplayValue.ToArray();
        Freshness.RequireFirst(await cache.TryAddAsync(value, freshness.Retention, cancellationToken).ConfigureAwait(false));
    }
}
