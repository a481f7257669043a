using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
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
            using var limit = new CancellationTokenSource(AttemptLimit(sent), role.Environment.Clock);
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                using var answer = await exchange(request.Memory, attempt.Token).ConfigureAwait(false);
                if (answer.Message is { } message)
                {
                    var response = wires.ReadResponse(message, messageId);
                    var sequence = new ClientSequence(
                        response.Identifier, offer, settings, wires.Names, role.Environment.Clock.GetElapsedTime(began));
                    return new ReliableClientSession(role, settings, exchange, wires, sequence);
                }
            }
            catch (SecurityFailureException e)
            {
                throw ReliableWires.Broken(e);
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

    /// <summary>How long an attempt of a message without a number may take: a connection that hangs is not the only one.</summary>
    private static TimeSpan AttemptLimit(int sent) => TimeSpan.FromSeconds(10 << Math.Min(sent - 1, 5));

    /// <summary>Closes or terminates the sequence.</summary>
    private async Task EndAsync(string name)
    {
        var end = new SequenceEnd(name, _sequence.Identifier, _sequence.LastNumber);
        using var request = _wires.End(end, _sequence.Acknowledge(isFinal: true));
        for (var sent = 1; ; sent++)
        {
            using var limit = new CancellationTokenSource(AttemptLimit(sent), Clock);
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
            try
            {
                using var answer = await _exchange(request.Memory, attempt.Token).ConfigureAwait(false);
                if (answer.Message is { } message && _wires.IsEnd(message, name))
                {
                    return;
                }
            }
            catch (Exception e) when ((IsLoss(e, _stopping.Token) || IsOfMessage(e)) && sent <= _settings.MaxRetryCount)
            {
                // The service has done it, or does it the next time.
            }

            if (sent > _settings.MaxRetryCount)
            {
                throw ReliableWires.NotHeard(FailureCode.SequenceTerminated, null);
            }

            await Task.Delay(_sequence.RetryAfter(sent), Clock, _stopping.Token).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Asks for a sign of life, so that the service does not forget a sequence that its application does not use, and gives the session up
    /// when none came for InactivityTimeout.
    /// </summary>
    private async Task KeepAliveAsync()
    {
        if (Silence < _settings.InactivityTimeout / 4 || Interlocked.Exchange(ref _isAsking, 1) != 0)
        {
            return;
        }

        try
        {
            // As WCF: as often as MaxRetryCount in the half of InactivityTimeout that is left.
            var pause = _settings.InactivityTimeout / 2 / _settings.MaxRetryCount;
            // The service must not forget a sequence that is closed as soon as its last call is answered.
            while ((Volatile.Read(ref _isClosing) == 0 || _sequence.HasOutstanding) && Silence >= _settings.InactivityTimeout / 4)
            {
                if (Silence >= _settings.InactivityTimeout)
                {
                    Stop(ReliableWires.Silent(_settings.InactivityTimeout));
                    return;
                }

                await AskAsync(pause).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        finally
        {
            Interlocked.Exchange(ref _isAsking, 0);
        }
    }

    private TimeSpan Silence => Clock.GetElapsedTime(Interlocked.Read(ref _lastHeard));

    /// <summary>Sends r:AckRequested once. Where no answer comes, it takes the time until the next.</summary>
    private async Task AskAsync(TimeSpan pause)
    {
        using var next = new CancellationTokenSource(pause, Clock);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(next.Token, _stopping.Token);
        try
        {
            using var request = _wires.AskForAcknowledgement(_sequence.Identifier, _sequence.Acknowledge(isFinal: false));
            using var answer = await _exchange(request.Memory, over.Token).ConfigureAwait(false);
            if (answer.Message is { } message)
            {
                _sequence.Receive(0, _wires.Read(message));
                Interlocked.Exchange(ref _lastHeard, Clock.GetTimestamp());
                return;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The next call finds out what is wrong.
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Token.ThrowIfCancellationRequested();
    }
}
