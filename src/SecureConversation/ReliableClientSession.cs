using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Roles;

namespace SecureConversation;

/// <summary>
/// A reliable session of a client within a security session (WS-ReliableMessaging): requests are sent again until they are answered, and
/// the service takes each once. Made by <see cref="ClientSession.OpenReliableSessionAsync"/>. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A call that its caller gives up is sent on, because later ones of the sequence wait for it. When the service is not heard any more, or
/// the security session is lost, all calls without an answer fail, and the session takes no more: they are not sent in another session,
/// since the service may have executed them.
/// </remarks>
public sealed partial class ReliableClientSession : IAsyncDisposable
{
    // A fault without security may be anybody's, so it counts as a loss at first.
    private const int MostLostContexts = 2;

    private readonly ClientRole _role;
    private readonly ReliableSessionBindingElement _settings;
    private readonly ReliableExchange _exchange;
    private readonly ClientSequence _sequence;
    private readonly ReliableWires _wires;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _keepAlive;
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewChange();
    private Exception? _failure;
    private long _lastHeard;
    private int _isClosing;

    private ReliableClientSession(
        ClientRole role, ReliableSessionBindingElement settings, ReliableExchange exchange, ReliableWires wires, ClientSequence sequence)
    {
        (_role, _settings, _exchange, _wires, _sequence) = (role, settings, exchange, wires, sequence);
        _lastHeard = Clock.GetTimestamp();
        var half = settings.InactivityTimeout / 2;
        _keepAlive = Clock.CreateTimer(static s => _ = ((ReliableClientSession)s!).KeepAliveAsync(), this, half, half);
    }

    /// <summary>Identifier of the sequence of requests.</summary>
    public string Id => _sequence.Identifier;

    /// <summary>Why the session takes no more calls; null while it does.</summary>
    public Exception? Failure
    {
        get
        {
            lock (_gate)
            {
                return _failure;
            }
        }
    }

    private TimeProvider Clock => _role.Environment.Clock;

    /// <summary>Sends a request until it is answered.</summary>
    /// <param name="envelope">A plain envelope with a:Action and a:To, and with a:MessageID when a reply is expected. It is copied.</param>
    /// <param name="exchange">How to send this request; null for that of the session.</param>
    /// <param name="cancellationToken">Ends the waiting, not the request.</param>
    /// <returns>The reply, which may be a fault of the application; without a message for a request that has no reply.</returns>
    /// <exception cref="ArgumentException">The input is not a SOAP envelope of the binding's version, or lacks a header.</exception>
    /// <exception cref="SecureConversationException">The service refused, or was not heard any more.</exception>
    public async Task<ReliableAnswer> CallAsync(
        ReadOnlyMemory<byte> envelope, ReliableExchange? exchange = null, CancellationToken cancellationToken = default)
    {
        _wires.Require(envelope);
        var number = await BeginAsync(cancellationToken).ConfigureAwait(false);
        var answer = TransmitAsync(number, envelope.ToArray(), isLast: false, exchange ?? _exchange);
        try
        {
            return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !answer.IsCompleted)
        {
            _ = answer.ContinueWith(
                static t => { if (t.IsCompletedSuccessfully) { t.Result.Dispose(); } else { _ = t.Exception; } },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>
    /// Waits for the calls under way, then closes and terminates the sequence at the service. To be awaited before the security session is
    /// cancelled.
    /// </summary>
    /// <exception cref="SecureConversationException">The service refused, or was not heard any more.</exception>
    public async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isClosing, 1) != 0 || Failure is not null)
        {
            return;
        }

        while (_sequence.HasOutstanding && Failure is null)
        {
            await ChangeAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (Failure is not null)
        {
            return;
        }

        if (_wires.Names.Is11)
        {
            await EndAsync(SequenceEnd.Close, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var number = _sequence.TryBegin()!.Value;
            using var last = await TransmitAsync(number, _wires.LastMessage(), isLast: true, _exchange)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        await EndAsync(SequenceEnd.Terminate, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives up calls under way, and sends nothing. <see cref="CloseAsync"/> is to be awaited before.</summary>
    public async ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _isClosing, 1);
        Stop(new ObjectDisposedException(nameof(ReliableClientSession)));
        await _keepAlive.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<long> BeginAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = ChangeAsync();
            if (Failure is { } failure)
            {
                throw ReliableWires.Ended(failure);
            }

            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosing) != 0, this);
            if (_sequence.TryBegin() is { } number)
            {
                return number;
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a request until it is answered, or given up. The copy of it is cleared at the end.</summary>
    private async Task<ReliableAnswer> TransmitAsync(long number, byte[] plain, bool isLast, ReliableExchange exchange)
    {
        var pending = new List<Task<Attempt>>();
        var (sent, lostContexts) = (0, 0);
        Exception? last = null;
        try
        {
            while (true)
            {
                if (sent <= _settings.MaxRetryCount)
                {
                    pending.Add(AttemptAsync(number, plain, isLast, exchange));
                    sent++;
                }
                else if (pending.Count == 0)
                {
                    throw ReliableWires.NotHeard(FailureCode.SequenceTerminated, last);
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
                        if (_sequence.IsFirst(number))
                        {
                            // It was not lost, so it goes once more whatever the count.
                            sent = Math.Min(sent, _settings.MaxRetryCount);
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
                    lostContexts += attempt.Loss is SecureConversationException { Failure: SecureConversationFailure.BadContextToken }
                        ? 1
                        : 0;
                    if (lostContexts > MostLostContexts)
                    {
                        throw last!;
                    }

                    // One that overtook its predecessor is dropped: it goes again as soon as those before it are answered.
                    var next = ChangeAsync();
                    change ??= attempt.Loss is null && !_sequence.IsFirst(number) ? next : null;
                    if (pending.Count == 0 && change is null && sent > _settings.MaxRetryCount)
                    {
                        break;
                    }
                }

                await stop.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
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
            _sequence.Finish(number);
            Changed();
            _ = CleanAsync(pending, plain);
        }
    }

    private async Task<Attempt> AttemptAsync(long number, byte[] plain, bool isLast, ReliableExchange exchange)
    {
        var began = Clock.GetTimestamp();
        ReliableAnswer? answer = null;
        try
        {
            using var wire = _wires.Add(plain, _sequence.HeadersOf(number, isLast));
            answer = await exchange(wire.Memory, _stopping.Token).ConfigureAwait(false);
            if (answer.Message is not { } message)
            {
                answer.Dispose();
                return default;
            }

            var headers = _wires.Read(message);
            _lastHeard = Clock.GetTimestamp();
            if (_sequence.Receive(number, headers) == ClientStep.Again)
            {
                answer.Dispose();
                return default;
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

            if (!IsLoss(e, _stopping.Token))
            {
                throw;
            }

            return new Attempt(null, e);
        }
    }

    private void Stop(Exception failure)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = failure;
        }

        _stopping.Cancel();
        Changed();
    }

    private Task ChangeAsync()
    {
        lock (_gate)
        {
            return _changed.Task;
        }
    }

    private void Changed()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            (changed, _changed) = (_changed, NewChange());
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What a transport does, and an answer that is refused, lose a message; a mistake of the caller does not.</summary>
    private static bool IsLoss(Exception e, CancellationToken stopping) => e switch
    {
        OperationCanceledException => !stopping.IsCancellationRequested,
        SecureConversationException { Fault.IsSecured: true } secured => secured.Failure == SecureConversationFailure.ServerTooBusy,
        // Anybody on the way can write one that nothing secures.
        SecureConversationException => true,
        ArgumentException or InvalidOperationException or SecurityFailureException or OutOfMemoryException => false,
        _ => true,
    };

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
    private readonly record struct Attempt(ReliableAnswer? Answer, Exception? Loss);
}
