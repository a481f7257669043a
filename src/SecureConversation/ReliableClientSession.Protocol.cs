using SecureConversation.Binding;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Soap;

namespace SecureConversation;

/// <content>The messages of the protocol that have no number: a sequence is made, kept alive, closed and terminated.</content>
public sealed partial class ReliableClientSession
{
    internal static async Task<ReliableClientSession> OpenAsync(
        ClientRole role, MessageSecurityBinding binding, string contextId, Uri to, ReliableExchange exchange,
        CancellationToken cancellationToken)
    {
        var settings = binding.ReliableSession ?? throw new InvalidOperationException("The binding has no ReliableSession.");
        var wires = new ReliableWires(role, binding, to);
        var offer = UniqueIds.NextUrn(role.Environment.Random);
        using var request = wires.Create(new CreateSequence(offer, contextId), out var messageId);
        for (var sent = 1; ; sent++)
        {
            var began = role.Environment.Clock.GetTimestamp();
            try
            {
                using var answer = await exchange(request.Memory, cancellationToken).ConfigureAwait(false);
                if (answer.Message is { } message)
                {
                    var response = wires.ReadResponse(message, messageId);
                    var sequence = new ClientSequence(
                        response.Identifier, offer, settings, wires.Names, role.Environment.Clock.GetElapsedTime(began));
                    return new ReliableClientSession(role, settings, exchange, wires, sequence);
                }
            }
            catch (Exception e) when (IsLoss(e, cancellationToken) && sent <= settings.MaxRetryCount)
            {
                // CreateSequence names the sequence that it offers, so the service answers it again and makes no second one.
            }

            if (sent > settings.MaxRetryCount)
            {
                throw ReliableWires.NotHeard(FailureCode.CreateSequenceRefused, null);
            }

            await Task.Delay(ReliableWires.FirstWait, role.Environment.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes or terminates the sequence.</summary>
    private async Task EndAsync(string name, CancellationToken cancellationToken)
    {
        var end = new SequenceEnd(name, _sequence.Identifier, _sequence.LastNumber);
        using var request = _wires.End(end, _sequence.Acknowledge(isFinal: true));
        for (var sent = 1; ; sent++)
        {
            try
            {
                using var answer = await _exchange(request.Memory, cancellationToken).ConfigureAwait(false);
                if (answer.Message is { } message && _wires.IsEnd(message, name))
                {
                    return;
                }
            }
            catch (Exception e) when (IsLoss(e, cancellationToken) && sent <= _settings.MaxRetryCount)
            {
                // The service has done it, or does it the next time.
            }

            if (sent > _settings.MaxRetryCount)
            {
                throw ReliableWires.NotHeard(FailureCode.SequenceTerminated, null);
            }

            await Task.Delay(_sequence.RetryAfter(sent), Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for a sign of life, so that the service does not forget a sequence that its application does not use.</summary>
    private async Task KeepAliveAsync()
    {
        if (Volatile.Read(ref _isClosing) != 0 || Failure is not null
            || Clock.GetElapsedTime(Interlocked.Read(ref _lastHeard)) < _settings.InactivityTimeout / 4)
        {
            return;
        }

        try
        {
            using var request = _wires.AskForAcknowledgement(_sequence.Identifier, _sequence.Acknowledge(isFinal: false));
            using var answer = await _exchange(request.Memory, _stopping.Token).ConfigureAwait(false);
            if (answer.Message is { } message)
            {
                _sequence.Receive(0, _wires.Read(message));
                Interlocked.Exchange(ref _lastHeard, Clock.GetTimestamp());
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The next call finds out whether the service is there.
        }
    }
}
