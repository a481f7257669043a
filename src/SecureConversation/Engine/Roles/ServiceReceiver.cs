using System.Security.Claims;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>Verifies a request, authenticates its sender, and refuses replays, in this order.</summary>
internal sealed class ServiceReceiver(EngineEnvironment environment, IReplayCache replays, ClientAuthenticator authenticator)
{
    /// <summary>Receives a request whose tokens authenticate its sender.</summary>
    public async ValueTask<(VerifiedMessage Message, ClaimsPrincipal User)> ReceiveAsync(SoapEnvelope wire, BindingMessages messages,
        MessageRequirements requirements, KeySource keys, MessageOrigin origin, CancellationToken cancellationToken)
    {
        var message = Verify(wire, messages, requirements, keys);
        try
        {
            var user = await authenticator.AuthenticateAsync(message, cancellationToken).ConfigureAwait(false);
            await RequireNoReplayAsync(message, messages, Owner.Of(user, origin.RemoteAddress), cancellationToken).ConfigureAwait(false);
            return (message, user);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Receives a request of a session. The session has authenticated its sender before, who owns what is remembered of the request.
    /// </summary>
    public async ValueTask<VerifiedMessage> ReceiveInSessionAsync(SoapEnvelope wire, BindingMessages messages,
        MessageRequirements requirements, KeySource keys, string? owner, CancellationToken cancellationToken)
    {
        var message = Verify(wire, messages, requirements, keys);
        try
        {
            await RequireNoReplayAsync(message, messages, owner, cancellationToken).ConfigureAwait(false);
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

    /// <summary>
    /// Refuses a replay. A message that nobody knows and that cannot be remembered is only marked: its sender gets a secured answer.
    /// </summary>
    private async ValueTask RequireNoReplayAsync(
        VerifiedMessage message, BindingMessages messages, string? owner, CancellationToken cancellationToken)
    {
        var freshness = FreshnessOf(messages);
        if (!freshness.RemembersMessage(message.Timestamp))
        {
            return;
        }

        var value = ReplayValues.OfSignature(message.ReplayValue);
        var entry = new ReplayEntry { Value = value, Retention = freshness.Retention, Owner = owner };
        var outcome = await replays.TryAddAsync(entry, cancellationToken).ConfigureAwait(false);
        message.Unremembered = Freshness.IsRemembered(outcome) ? null : Freshness.DetailOf(outcome);
    }
}
