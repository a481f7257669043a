namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// Carries out the handshakes of sessions whose messages go both ways, each over a session of the transport of its own, as WCF does.
/// </summary>
internal sealed class SessionLegs(EndpointSecurity security, EndpointAddress address, Uri via)
{
    /// <param name="start">Makes the handshake, when what protects it is there.</param>
    /// <param name="deadline">When it has to be over.</param>
    /// <param name="stop">The channel was aborted.</param>
    /// <exception cref="SecureConversationException">The handshake was refused.</exception>
    /// <exception cref="CommunicationException">The transport failed.</exception>
    /// <exception cref="TimeoutException">There was no answer in time.</exception>
    public async Task<ClientSession> RunAsync(Func<SessionHandshake> start, Deadline deadline, CancellationToken stop)
    {
        for (var isRepeated = false; ; isRepeated = true)
        {
            await security.PrepareAsync(address, via, deadline, isAsync: true, stop).ConfigureAwait(false);
            using var handshake = start();
            try
            {
                while (handshake.Step is HandshakeStep.Send next)
                {
                    handshake.Receive(await security.SendLegAsync(address, via, next, stop).ConfigureAwait(false));
                }

                return ((HandshakeStep.Completed)handshake.Step).Session;
            }
            catch (SecureConversationException e) when (
                !isRepeated && e is { Failure: SecureConversationFailure.BadContextToken, Fault: not null } && security.Negotiates)
            {
                // The service has forgotten the context that the handshake was under, and nothing was done: another one is negotiated.
                ServiceModelLog.NegotiatingAgain(security.Log, address.Uri);
            }
        }
    }
}
