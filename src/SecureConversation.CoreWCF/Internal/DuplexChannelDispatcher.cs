using System.Net;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// Takes the messages of one connection. Handshakes are answered on it; the first message of a session that verifies makes it the
/// connection of that session, and of no other.
/// </summary>
internal sealed class DuplexChannelDispatcher : IServiceChannelDispatcher
{
    // Whoever has proved nothing has no use for more.
    private const int MostRefusals = 8;

    private readonly DuplexEndpoint _endpoint;
    private readonly IDuplexSessionChannel _transport;
    private readonly ITimer _patience;
    private volatile DuplexSecurityChannel? _channel;
    private readonly PendingConnections.Place? _place;
    private int _refusals;

    public DuplexChannelDispatcher(DuplexEndpoint endpoint, IDuplexSessionChannel transport)
    {
        (_endpoint, _transport) = (endpoint, transport);
        _place = endpoint.Pending.TryEnter(transport);
        // It is there before it fires.
        _patience = endpoint.Clock.CreateTimer(_ => GiveUpInTime(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _patience.Change(_place is null ? TimeSpan.Zero : endpoint.Patience, Timeout.InfiniteTimeSpan);
        transport.Faulted += (_, _) => OnGone();
        transport.Closed += (_, _) => OnGone();
    }

    public Task DispatchAsync(RequestContext context) =>
        context is null ? DispatchAsync((Message)null!) : throw new NotSupportedException("Messages of this transport go both ways.");

    public async Task DispatchAsync(Message? message)
    {
        if (message is null)
        {
            OnGone();
            return;
        }

        try
        {
            await ReceiveAsync(message).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // CoreWCF ends the connection, and tells nobody: neither the place that it takes nor the channel that it may have.
            CoreWcfLog.ClientGone(_endpoint.Logger, _channel?.Secured.Id ?? "no session", e.GetType().Name);
            GiveUp();
            OnGone();
            throw;
        }
    }

    private async Task ReceiveAsync(Message message)
    {
        if (_channel is { State: CommunicationState.Closed })
        {
            // The session is over, and the client has nothing more to say but that the connection ends.
            GiveUp();
            return;
        }

        var origin = new MessageOrigin
        {
            IsDuplex = true,
            LocalAddress = message.Properties.Via ?? _transport.LocalAddress.Uri,
            RemoteAddress = RemoteAddressOf(message),
        };
        var envelope = await Envelopes.WriteAsync(message, _endpoint.MostOctets).ConfigureAwait(false);
        switch (await _endpoint.Security.ReceiveAsync(envelope, origin).ConfigureAwait(false))
        {
            case ServiceResult.Dispatch dispatch:
                await DispatchAsync(message, dispatch).ConfigureAwait(false);
                break;
            case ServiceResult.Closing closing:
                await CloseAsync(closing).ConfigureAwait(false);
                break;
            case ServiceResult.Respond respond:
                await RespondAsync(message.Version, respond).ConfigureAwait(false);
                break;
        }
    }

    private static IPAddress? RemoteAddressOf(Message message) =>
        message.Properties.TryGetValue(RemoteEndpointMessageProperty.Name, out var value)
        && value is RemoteEndpointMessageProperty { Address: var address } && IPAddress.TryParse(address, out var ip) ? ip : null;

    private async Task DispatchAsync(Message wire, ServiceResult.Dispatch dispatch)
    {
        Message request;
        using (dispatch)
        {
            if (dispatch.Session is not { } session || !await BindAsync(session).ConfigureAwait(false))
            {
                GiveUp();
                return;
            }

            request = Envelopes.Read(dispatch.Request.Envelope.ToArray(), wire.Version, _endpoint.Quotas, static _ => { });
        }

        request.Properties.CopyProperties(wire.Properties);
        _channel!.Caller.ApplyTo(request);
        try
        {
            if (_channel is { State: CommunicationState.Opened, ChannelDispatcher: { } dispatcher })
            {
                await dispatcher.DispatchAsync(request).ConfigureAwait(false);
            }
        }
        finally
        {
            _channel.Start();
        }
    }

    /// <summary>Makes the connection that of a session. False when it has another, or the session has.</summary>
    private async Task<bool> BindAsync(ServiceSession session)
    {
        if (_channel is { } channel)
        {
            return channel.Secured == session;
        }

        _channel = await _endpoint.OpenAsync(session, _transport).ConfigureAwait(false);
        if (_channel is null)
        {
            return false;
        }

        if (_transport.State is CommunicationState.Closed or CommunicationState.Faulted)
        {
            // It ended while the channel was opened, and there was none yet to be told.
            OnGone();
            return false;
        }

        _patience.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _place?.Leave();
        // Both sides have agreed: the client ends the connection, or gives it back to its pool.
        _channel.Closed += (_, _) => WaitForTheEnd();
        if (_channel.State is CommunicationState.Closed)
        {
            // It ended while it was opened.
            WaitForTheEnd();
        }

        return _channel.State is not CommunicationState.Faulted;

        void WaitForTheEnd() => _patience.Change(_endpoint.Patience, Timeout.InfiniteTimeSpan);
    }

    private async Task CloseAsync(ServiceResult.Closing closing)
    {
        // It may come on another connection than that of the session, which it ends all the same: it is of the client, and came once.
        if (_endpoint.Find(closing.Session) is { } channel)
        {
            if (!closing.IsAnswer || channel.IsOutputClosed)
            {
                await channel.CloseInputAsync(closing).ConfigureAwait(false);
                return;
            }

            // Confirmed is what nobody has said.
            closing.Dispose();
            await channel.Lose().ConfigureAwait(false);
            GiveUp();
            return;
        }

        using (closing)
        {
            if (_channel is not null || closing.IsAnswer)
            {
                GiveUp();
                return;
            }

            // A session that nobody used.
            using var confirmation = await closing.ConfirmAsync().ConfigureAwait(false);
            using var wire = new EnvelopeMessage(_endpoint.Version, confirmation.Envelope, isFault: false);
            await _transport.SendAsync(wire).ConfigureAwait(false);
        }
    }

    private async Task RespondAsync(MessageVersion version, ServiceResult.Respond respond)
    {
        using (respond)
        {
            try
            {
                if (!respond.Envelope.IsEmpty)
                {
                    using var reply = new EnvelopeMessage(version, respond.Envelope, respond.Kind == ServiceResponseKind.Fault);
                    await _transport.SendAsync(reply).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (respond.Opened is not null && e is not OutOfMemoryException)
            {
                // The client has gone, and nobody else would end the session before NegotiationTimeout.
                CoreWcfLog.ClientGone(_endpoint.Logger, respond.Opened.Id, e.GetType().Name);
                await _endpoint.Security.AbortAsync(respond.Opened).ConfigureAwait(false);
                throw;
            }

            if (respond.Code != FailureCode.None && _channel is null && ++_refusals >= MostRefusals)
            {
                GiveUp();
            }
        }
    }

    private void GiveUpInTime()
    {
        try
        {
            GiveUp();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Handlers and logs of the application run here, and what they throw in a timer would end the process.
            _endpoint.Quietly(log => CoreWcfLog.ConnectionNotEnded(log, e));
        }
    }

    private void GiveUp()
    {
        Leave();
        _transport.Abort();
    }

    /// <summary>The connection has ended, and takes no place of others any more.</summary>
    private void Leave()
    {
        _place?.Leave();
        _patience.Dispose();
    }

    private void OnGone()
    {
        Leave();
        _channel?.Leave();
        if (_channel is { State: CommunicationState.Opened } channel)
        {
            // Nobody said that the session ends.
            _ = channel.Lose();
        }
    }
}
