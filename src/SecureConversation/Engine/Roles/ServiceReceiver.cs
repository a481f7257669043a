using System.Collections.Concurrent;
using System.Security.Claims;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>Verifies a request, then judges who sent it, then whether it came before.</summary>
internal sealed class ServiceReceiver(EngineEnvironment environment, IReplayCache? replays, ClientAuthenticator authenticator)
{
    private readonly ConcurrentDictionary<int, IReplayCache> _ownReplays = new();

    /// <summary>A request whose tokens prove who sent it.</summary>
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

    /// <summary>A request of a session, whose context proves who sent it.</summary>
    public async ValueTask<VerifiedMessage> ReceiveInSessionAsync(SoapEnvelope wire, BindingMessages messages, MessageRequirements requirements,
        KeySource keys, CancellationToken cancellationToken)
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

        var cache = replays
            ?? _ownReplays.GetOrAdd(messages.Element.LocalServiceSettings.ReplayCacheSize, size => new InMemoryReplayCache(size, environment.Clock));
        var value = message.ReplayValue.ToArray();
        Freshness.RequireFirst(await cache.TryAddAsync(value, freshness.Retention, cancellationToken).ConfigureAwait(false));
    }
}
