using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Roles;

namespace SecureConversation;

/// <content>A numbered request is sent until it is answered, or given up.</content>
public sealed partial class ReliableClientSession
{
    /// <summary>Sends a request until it is answered, or given up. The copy of it is cleared at the end.</summary>
    private async Task<ReliableAnswer> TransmitAsync(Transmission request)
    {
        var pending = new List<Task<Attempt>>();
        var (sent, isAcknowledged) = (0, false);
        Exception? last = null;
        // Exchanges that are still open when the request is answered hold a connection and a copy of it.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        try
        {
            while (true)
            {
                if (sent <= _settings.MaxRetryCount)
                {
                    pending.Add(AttemptAsync(request, over.Token));
                    sent++;
                }
                else if (pending.Count == 0)
                {
                    throw isAcknowledged
                        ? ReliableWires.Unanswered()
                        : ReliableWires.NotHeard(FailureCode.SequenceTerminated, last);
                }

                // While an exchange is open the service may be at work on it, so the last one is waited for without a limit of our own.
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                var wait = sent <= _settings.MaxRetryCount || pending.Count == 0
                    ? Task.Delay(_sequence.RetryAfter(sent), Clock, stop.Token)
                    : Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
                Task? change = null;
                while (true)
                {
                    var done = await Task.WhenAny([.. pending, wait, .. change is null ? [] : new[] { change }]).ConfigureAwait(false);
                    if (done == wait)
                    {
                        _stopping.Token.ThrowIfCancellationRequested();
                        break;
                    }

                    if (done == change)
                    {
                        _stopping.Token.ThrowIfCancellationRequested();
                        // Asked for before the state is looked at, so that no change is missed.
                        change = ChangeAsync();
                        if (_sequence.IsFirst(request.Number))
                        {
                            // It came too early and was not lost, so it is counted anew.
                            sent = 0;
                            break;
                        }

                        continue;
                    }

                    pending.Remove((Task<Attempt>)done);
                    var attempt = await ((Task<Attempt>)done).ConfigureAwait(false);
                    if (attempt.Answer is { } answer)
                    {
                        return answer;
                    }

                    last = attempt.Loss ?? last;
                    isAcknowledged |= attempt.IsAcknowledged;
                    // One that overtook its predecessor is dropped: it goes again as soon as those before it are answered.
                    var next = ChangeAsync();
                    change ??= attempt.Loss is null && !_sequence.IsFirst(request.Number) ? next : null;
                    if (pending.Count == 0 && change is null && sent > _settings.MaxRetryCount)
                    {
                        break;
                    }
                }

                await stop.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not SecureConversationException { Code: FailureCode.EmptyReply, Fault: null } || !isAcknowledged)
        {
            Stop(Failure ?? e);
            if (e is OperationCanceledException && Failure is { } failure)
            {
                throw ReliableWires.Ended(failure);
            }

            throw;
        }
        finally
        {
            _sequence.Finish(request.Number);
            Changed();
            await over.CancelAsync().ConfigureAwait(false);
            _ = CleanAsync(pending, request.Plain);
        }
    }

    private async Task<Attempt> AttemptAsync(Transmission request, CancellationToken over)
    {
        var began = Clock.GetTimestamp();
        ReliableAnswer? answer = null;
        try
        {
            using var wire = _wires.Add(request.Plain, _sequence.HeadersOf(request.Number, request.IsLast));
            answer = await request.Exchange(wire.Memory, over).ConfigureAwait(false);
            if (answer.Message is not { } message)
            {
                answer.Dispose();
                return default;
            }

            var headers = _wires.Read(message);
            Interlocked.Exchange(ref _lastHeard, Clock.GetTimestamp());
            // What names the request (a:RelatesTo, which was compared) was made for it.
            var step = _sequence.Receive(request.Number, headers, request.NeedsReply && message.RelatesTo is null);
            if (step != ClientStep.Finished)
            {
                answer.Dispose();
                return new Attempt(null, null, step == ClientStep.Acknowledged);
            }

            _sequence.Measured(Clock.GetElapsedTime(began));
            if (headers.Sequence is null)
            {
                answer.Dispose();
                return new Attempt(new ReliableAnswer(null, null), null);
            }

            return new Attempt(answer, null);
        }
        catch (Exception e)
        {
            answer?.Dispose();
            if (e is SecurityFailureException broken)
            {
                throw new SecureConversationException(FaultMap.Coarse(broken.Code), broken.Code,
                    $"The service breaks the protocol of reliable messaging: {broken.Message}.", broken);
            }

            if (!IsLoss(e, over))
            {
                throw;
            }

            return new Attempt(null, e);
        }
    }

    private static async Task CleanAsync(List<Task<Attempt>> pending, byte[] plain)
    {
        foreach (var task in pending)
        {
            try
            {
                (await task.ConfigureAwait(false)).Answer?.Dispose();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Another attempt was answered.
            }
        }

        CryptographicOperations.ZeroMemory(plain);
    }

    /// <summary>How one sending ended: an answer, or a loss; neither where the service dropped the message.</summary>
    private readonly record struct Attempt(ReliableAnswer? Answer, Exception? Loss, bool IsAcknowledged = false);

    /// <summary>A request with its number. The copy of it is cleared at the end.</summary>
    private sealed record Transmission(long Number, byte[] Plain, ReliableExchange Exchange)
    {
        /// <summary>Whether nothing but a reply finishes it.</summary>
        public bool NeedsReply { get; init; }

        /// <summary>Whether it ends the sequence (February 2005).</summary>
        public bool IsLast { get; init; }
    }
}
