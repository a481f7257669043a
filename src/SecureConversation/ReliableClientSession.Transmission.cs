using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Roles;

namespace SecureConversation;

/// <content>A numbered request is sent until it is answered, or given up.</content>
public sealed partial class ReliableClientSession
{
    // Anybody on the way can bring one about, which is a loss like others for that long.
    private const int MostRefusals = 3;

    /// <summary>Sends a request until it is answered, or given up. The copy of it is cleared at the end.</summary>
    private async Task<ReliableAnswer> TransmitAsync(Transmission request)
    {
        var pending = new List<Task<Attempt>>();
        var (attempts, sent, refusals, isAcknowledged, failsAlone) = (0, 0, 0, false, false);
        Exception? last = null;
        // Exchanges that are still open when the request is answered hold a connection and a copy of it.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var open = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        var isStuck = false;
        try
        {
            while (true)
            {
                if (isStuck)
                {
                    // The service is heard, and what is open may be connections that nobody answers any more: the request goes on others,
                    // and is counted anew, since one attempt alone may be lost.
                    await CancelAsync(open).ConfigureAwait(false);
                    open.Dispose();
                    open = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
                    sent = 0;
                    if (pending.Count > 2 * (_settings.MaxRetryCount + 1))
                    {
                        // A transport that ends nothing would keep all of them.
                        throw ReliableWires.NotHeard(FailureCode.SequenceTerminated, last);
                    }
                }

                if (sent <= _settings.MaxRetryCount)
                {
                    if (attempts++ > 0)
                    {
                        _role.Environment.Telemetry.RequestRepeated();
                    }

                    pending.Add(AttemptAsync(request, open.Token, over.Token));
                    sent++;
                }
                else if (pending.Count == 0)
                {
                    failsAlone = isAcknowledged;
                    throw isAcknowledged
                        ? ReliableWires.Unanswered()
                        : ReliableWires.NotHeard(FailureCode.SequenceTerminated, last);
                }

                // While an exchange is open the service may be at work on it, so that is waited for as long as the service is heard.
                var wait = Task.Delay(
                    sent <= _settings.MaxRetryCount ? _sequence.RetryAfter(sent) : _settings.InactivityTimeout / 2, Clock, over.Token);
                isStuck = false;
                Task? change = null;
                while (true)
                {
                    var done = await Task.WhenAny([.. pending, wait, .. change is null ? [] : new[] { change }]).ConfigureAwait(false);
                    if (done == wait)
                    {
                        _stopping.Token.ThrowIfCancellationRequested();
                        isStuck = sent > _settings.MaxRetryCount;
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
                    refusals = attempt.IsRefused ? refusals + 1 : 0;
                    if (refusals > 0 && pending.Count == 0)
                    {
                        if (refusals >= MostRefusals || sent > _settings.MaxRetryCount)
                        {
                            // Anybody on the way can write what is too large: what the service has, it says itself.
                            failsAlone = attempt.IsReplyRefused
                                && (isAcknowledged || await IsTakenAsync(request.Number).ConfigureAwait(false));
                            await (failsAlone ? Task.CompletedTask : LastAsync(request.Number, attempt.Loss!)).ConfigureAwait(false);
                            throw attempt.Loss!;
                        }

                        // Nothing is waited for.
                        break;
                    }

                    // One that overtook its predecessor is dropped: it goes again as soon as those before it are answered.
                    var next = ChangeAsync();
                    change ??= attempt.Loss is null && !_sequence.IsFirst(request.Number) ? next : null;
                    if (pending.Count == 0 && change is null && sent > _settings.MaxRetryCount)
                    {
                        break;
                    }
                }
            }
        }
        catch (Exception e) when (!failsAlone)
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
            await CancelAsync(over).ConfigureAwait(false);
            open.Dispose();
            _ = CleanAsync(pending, request.Plain);
        }
    }

    /// <summary>Asks the service once whether it has executed a request.</summary>
    private async Task<bool> IsTakenAsync(long number)
    {
        await AskAsync(_sequence.RetryAfter(sent: 1)).ConfigureAwait(false);
        return _sequence.IsAcknowledged(number);
    }

    /// <summary>
    /// The service never takes a request, and waits for its number. Those before it go on, and it fails when they are answered; no other
    /// gets a number meanwhile.
    /// </summary>
    private async Task LastAsync(long number, Exception refusal)
    {
        lock (_gate)
        {
            _refusal ??= refusal;
        }

        Changed();
        while (true)
        {
            var change = ChangeAsync();
            if (_sequence.IsFirst(number) || Failure is not null)
            {
                return;
            }

            await change.ConfigureAwait(false);
        }
    }

    /// <summary>Sends a request once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="open">Gives this exchange up, which is a loss.</param>
    /// <param name="over">Gives the request up.</param>
    private async Task<Attempt> AttemptAsync(Transmission request, CancellationToken open, CancellationToken over)
    {
        var began = Clock.GetTimestamp();
        ReliableAnswer? answer = null;
        try
        {
            using var wire = _wires.Add(request.Plain, _sequence.HeadersOf(request.Number, request.IsLast));
            answer = await ExchangeAsync(request, wire.Memory, open).ConfigureAwait(false);
            if (answer.Message is not { } message)
            {
                answer.Dispose();
                return answer.Refusal is not { } reason ? default
                    : new Attempt(null, ReliableWires.Refused(reason, answer.IsReplyRefused))
                    {
                        IsRefused = true,
                        IsReplyRefused = answer.IsReplyRefused,
                    };
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
                throw ReliableWires.Broken(broken);
            }

            var isLoss = IsLoss(e, over);
            if (!isLoss && !IsOfMessage(e))
            {
                throw;
            }

            return new Attempt(null, e) { IsRefused = !isLoss };
        }
    }

    /// <summary>
    /// Sends by the transport of the call. Where that cannot send, for a reason of its own, the attempt is lost: the number is taken, and
    /// the calls of others come after it.
    /// </summary>
    private static async Task<ReliableAnswer> ExchangeAsync(Transmission request, ReadOnlyMemory<byte> wire, CancellationToken open)
    {
        try
        {
            return await request.Exchange(wire, open).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new IOException("The transport of a call in a reliable session could not send it.", e);
        }
    }

    private static async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException)
        {
            // The callback of a transport failed, which is no reason to lose an answer.
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
    private readonly record struct Attempt(ReliableAnswer? Answer, Exception? Loss, bool IsAcknowledged = false)
    {
        public bool IsRefused { get; init; }

        public bool IsReplyRefused { get; init; }
    }

    /// <summary>A request with its number. The copy of it is cleared at the end.</summary>
    private sealed class Transmission(long number, byte[] plain, ReliableExchange exchange)
    {
        public long Number { get; } = number;

        public byte[] Plain { get; } = plain;

        /// <summary>How it is sent.</summary>
        public ReliableExchange Exchange { get; } = exchange;

        /// <summary>Whether nothing but a reply finishes it.</summary>
        public bool NeedsReply { get; init; }

        /// <summary>Whether it ends the sequence (February 2005).</summary>
        public bool IsLast { get; init; }
    }
}
