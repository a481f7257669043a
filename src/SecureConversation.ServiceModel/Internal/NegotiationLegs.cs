using System.Xml;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// Sends the messages of negotiations over channels of the transport of their own: many callers may wait for one negotiation, and none of
/// them shall end it by closing his channel.
/// </summary>
/// <param name="security">What messages are.</param>
/// <param name="inner">Makes the channels.</param>
/// <param name="legTimeout">How long the service has for each answer, whoever waits for it: the OpenTimeout of the binding.</param>
internal sealed class NegotiationLegs(EndpointSecurity security, IChannelFactory<IRequestChannel> inner, TimeSpan legTimeout)
{
    /// <summary>Sends a leg and gives the envelope of its answer, that of a fault as well.</summary>
    /// <param name="address">The address of the service.</param>
    /// <param name="via">Where messages to it are sent.</param>
    /// <param name="leg">The leg.</param>
    /// <param name="stop">Nobody waits any more.</param>
    /// <exception cref="CommunicationException">The transport failed.</exception>
    /// <exception cref="TimeoutException">There was no answer in time.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ExchangeAsync(
        EndpointAddress address, Uri via, HandshakeStep.Send leg, CancellationToken stop)
    {
        var deadline = new Deadline(legTimeout);
        var channel = inner.CreateChannel(address, via);
        try
        {
            ReadOnlyMemory<byte> answer;
            using (stop.Register(channel.Abort))
            {
                await Task.Factory.FromAsync(channel.BeginOpen, channel.EndOpen, deadline.Remaining, null).ConfigureAwait(false);
                answer = await RequestAsync(channel, leg, deadline).ConfigureAwait(false);
            }

            await Task.Factory.FromAsync(channel.BeginClose, channel.EndClose, deadline.Remaining, null).ConfigureAwait(false);
            return answer;
        }
        catch (Exception e)
        {
            channel.Abort();
            if (e is OperationCanceledException && !stop.IsCancellationRequested)
            {
                // HTTP throws this for a channel whose factory was aborted as well as for a body that did not end in time.
                throw deadline.Remaining == TimeSpan.Zero
                    ? new TimeoutException($"The service did not answer a message of the negotiation within {legTimeout}.", e)
                    : new CommunicationObjectAbortedException("The channel factory was aborted during the negotiation.", e);
            }

            throw;
        }
    }

    private async Task<ReadOnlyMemory<byte>> RequestAsync(IRequestChannel channel, HandshakeStep.Send leg, Deadline deadline)
    {
        using var message = Envelopes.ToMessage(leg.Envelope, security.Version, XmlDictionaryReaderQuotas.Max);
        if (security.Version.Addressing == AddressingVersion.None)
        {
            // The transport sends it where the version has no header for it.
            message.Headers.Action = leg.Action;
        }

        using var reply = await Task<Message?>.Factory
            .FromAsync(channel.BeginRequest, channel.EndRequest, message, deadline.Remaining, null).ConfigureAwait(false);
        var envelope = reply is null ? default : await security.ReadCopyAsync(reply, deadline, isAsync: true).ConfigureAwait(false);
        return !envelope.IsEmpty ? envelope : throw new SecureConversationException(
            SecureConversationFailure.InvalidSecurity, FailureCode.EmptyReply,
            "The answer to a message of the negotiation is empty: what answers there negotiates nothing. Check the address, "
                + "NegotiateServiceCredential, ClientCredentialType, and the versions of the binding.");
    }
}
