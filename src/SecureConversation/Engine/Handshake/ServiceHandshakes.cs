using System.Security.Claims;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Handshake;

/// <summary>
/// Receives the messages under the bootstrap, which open and renew sessions, and answers them. They cost private key operations, so only
/// a few are worked on at once.
/// </summary>
internal sealed class ServiceHandshakes(ServiceSessions sessions, EndpointMessages messages, RequestDelivery delivery,
    NegotiatedContexts? contexts, EngineEnvironment environment)
{
    private readonly BindingMessages _bootstrap = messages.Bootstrap!;

    /// <param name="message">The message, of which nothing is verified. Its envelope is disposed of.</param>
    /// <param name="envelope">Its octets.</param>
    /// <param name="kind">Whether it opens or renews a session.</param>
    /// <param name="certificates">The credentials of the service, which the message has entered.</param>
    /// <param name="cancellationToken">Cancels calls to validators, caches and stores.</param>
    /// <exception cref="SecurityFailureException">The message is refused, and its sender gets a fault that is not protected.</exception>
    public ValueTask<ServiceAnswer> AnswerAsync(
        ReceivedEnvelope message, ReadOnlyMemory<byte> envelope, MessageKind kind, ServiceCertificates certificates,
        CancellationToken cancellationToken)
    {
        if (kind == MessageKind.RenewRequest && !messages.CanRenew)
        {
            Fail.With(FailureCode.RenewalNotOffered);
        }

        var own = certificates.Require(message, _bootstrap);

        var hasWaited = false;
        return sessions.Negotiations.RunAsync(
            Owner.OfStranger(message.Origin.RemoteAddress),
            (turn, stop) =>
            {
                var again = message with
                {
                    Wire = hasWaited ? Parse(envelope, message.Wire.IsHead) : message.Wire,
                    Turn = turn,
                };
                return kind == MessageKind.RenewRequest ? RenewAsync(again, own, stop) : IssueAsync(again, own, stop);
            },
            cancellationToken,
            beforeWaiting: () =>
            {
                // While it waits for its turn, it holds nothing that was made of its octets.
                message.Wire.Dispose();
                hasWaited = true;
            });
    }

    private SoapEnvelope Parse(ReadOnlyMemory<byte> envelope, bool isHopeless) =>
        SoapEnvelope.Parse(envelope, _bootstrap.Soap, environment.XmlLimits, isHopeless: isHopeless ? static _ => true : null);

    private async ValueTask<ServiceAnswer> IssueAsync(ReceivedEnvelope message, OwnCertificate own, CancellationToken stop)
    {
        var requirements = _bootstrap.ForHandshake(MessageRole.Request);
        using var ofUserName = await FindUserNameKeyAsync(message, own, requirements, stop).ConfigureAwait(false);
        using var negotiated = Enter(message);
        var keys = new ServiceKeySource(own.Credential, own.Owner.Clients, ofUserName, negotiated?.Key) { Use = message.Use };
        var (request, user) = await ReceiveAsync(message, own, requirements, keys, findMore: null, negotiated, stop).ConfigureAwait(false);
        using (request)
        {
            using var protection = Protect(request, own, negotiated);
            var owner = Owner.Of(user, message.Origin.RemoteAddress);
            if (delivery.Refuse(request, _bootstrap, MessageKind.IssueRequest, message.Origin, protection) is { } refusal)
            {
                return refusal;
            }

            negotiated?.End();
            return await sessions.Issue.AnswerAsync(request, user, owner, protection, stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The session that endorses is looked for when the primary signature holds and the message is no replay, because a store may be asked
    /// for it.
    /// </summary>
    private async ValueTask<ServiceAnswer> RenewAsync(ReceivedEnvelope message, OwnCertificate own, CancellationToken stop)
    {
        var requirements = messages.ForRenewal();
        using var ofUserName = await FindUserNameKeyAsync(message, own, requirements, stop).ConfigureAwait(false);
        using var negotiated = Enter(message);
        var keys = new RenewalKeySource(own.Credential, own.Owner.Clients, ofUserName, negotiated?.Key) { Use = message.Use };
        ServiceSession? session = null;
        try
        {
            var (request, user) = await ReceiveAsync(message, own, requirements, keys, FindAsync, negotiated, stop)
                .ConfigureAwait(false);
            using (request)
            {
                using var protection = Protect(request, own, negotiated);
                if (delivery.Refuse(request, _bootstrap, MessageKind.RenewRequest, message.Origin, protection) is { } refusal)
                {
                    return refusal;
                }

                negotiated?.End();
                return await sessions.Renew.AnswerAsync(request, user, session!, protection, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            keys.Endorsing?.Leave();
            session?.Leave();
        }

        async ValueTask FindAsync(AuthenticMessage authentic, CancellationToken cancellationToken)
        {
            var token = authentic.Shape.EndorsingContextToken!;
            var sender = Owner.OfStranger(message.Origin.RemoteAddress);
            session = await sessions.Router.EnterAsync(token, sender, cancellationToken).ConfigureAwait(false);
            keys.Endorsing = session.EnterKey(token.Instance, environment.Clock.GetUtcNow())
                ?? Fail.With<SessionKey>(FailureCode.KeyInstanceUnknown);
        }
    }

    /// <summary>The negotiated context that protects the message; null where the binding negotiates none.</summary>
    private EnteredContext? Enter(ReceivedEnvelope message)
    {
        try
        {
            return contexts?.Enter(message.Wire, Owner.OfStranger(message.Origin.RemoteAddress));
        }
        catch
        {
            message.Wire.Dispose();
            throw;
        }
    }

    private ReplyProtection Protect(VerifiedMessage request, OwnCertificate own, EnteredContext? negotiated) => negotiated is null
        ? ReplyProtection.ForRequest(request, _bootstrap, own, environment)
        : ReplyProtection.ForContext(request, _bootstrap, negotiated, environment);

    private static async ValueTask<SymmetricKey?> FindUserNameKeyAsync(
        ReceivedEnvelope message, OwnCertificate own, MessageRequirements requirements, CancellationToken stop)
    {
        try
        {
            return await own.Receiver.FindUserNameKeyAsync(message, requirements, stop).ConfigureAwait(false);
        }
        catch
        {
            message.Wire.Dispose();
            throw;
        }
    }

    private async ValueTask<(VerifiedMessage Request, ClaimsPrincipal User)> ReceiveAsync(ReceivedEnvelope message,
        OwnCertificate own, MessageRequirements requirements, KeySource keys,
        Func<AuthenticMessage, CancellationToken, ValueTask>? findMore, EnteredContext? negotiated, CancellationToken stop)
    {
        try
        {
            return await own.Receiver.ReceiveAsync(message, _bootstrap, requirements, keys, stop, findMore, negotiated)
                .ConfigureAwait(false);
        }
        catch
        {
            message.Wire.Dispose();
            throw;
        }
    }
}
