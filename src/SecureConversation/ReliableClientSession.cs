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
/// says under the keys of the session that this is over, all calls without an answer fail, and the session takes no more: they are not sent
/// in another session, since the service may have executed them. What nothing secures (a fault, an answer that is refused, none at all) is
/// a loss, after which the request is sent again, and never ends the session: anybody may have made it.
/// </remarks>
public sealed partial class ReliableClientSession : IAsyncDisposable
{
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
    private Exception? _refusal;
    private Task? _closing;
    private long _lastHeard;
    private int _isClosing;
    private int _isAsking;

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
    /// <param name="isOneWay">Whether no reply is expected, also where the request has a:MessageID.</param>
    /// <param name="cancellationToken">Ends the waiting, not the request.</param>
    /// <returns>The reply, which may be a fault of the application; without a message for a request that has no reply.</returns>
    /// <exception cref="ArgumentException">The input is not a SOAP envelope of the binding's version, or lacks a header.</exception>
    /// <exception cref="ObjectDisposedException">The session was closed before the request was sent.</exception>
    /// <exception cref="SecureConversationException">
    /// The service refused, or was not heard any more. With <see cref="FailureCode.EmptyReply"/> it has the request and gave no reply, and
    /// the session goes on.
    /// </exception>
    public async Task<ReliableAnswer> CallAsync(ReadOnlyMemory<byte> envelope, ReliableExchange? exchange = null, bool isOneWay = false,
        CancellationToken cancellationToken = default)
    {
        var needsReply = _wires.ExpectsReply(envelope) && !isOneWay;
        var number = await BeginAsync(cancellationToken).ConfigureAwait(false);
        var answer = TransmitAsync(new Transmission(number, envelope.ToArray(), exchange ?? _exchange) { NeedsReply = needsReply });
        try
        {
            return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = answer.ContinueWith(
                static t => { if (t.IsCompletedSuccessfully) { t.Result.Dispose(); } else { _ = t.Exception; } },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>
    /// Takes no more calls, waits for those under way, then closes and terminates the sequence at the service. To be awaited before the
    /// security session is cancelled. Called once more it waits for the same.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting, not the closing, which <see cref="DisposeAsync"/> gives up.</param>
    /// <exception cref="SecureConversationException">The service refused, or was not heard any more.</exception>
    public Task CloseAsync(CancellationToken cancellationToken = default)
    {
        Task closing;
        lock (_gate)
        {
            Volatile.Write(ref _isClosing, 1);
            closing = _closing ??= Task.Run(CloseOnceAsync, CancellationToken.None);
        }

        return closing.WaitAsync(cancellationToken);
    }

    private async Task CloseOnceAsync()
    {
        // Calls that wait for room in the window hear that they are not sent.
        Changed();
        while (true)
        {
            var change = ChangeAsync();
            if (!_sequence.HasOutstanding || Failure is not null)
            {
                break;
            }

            await change.ConfigureAwait(false);
        }

        if (Failure is not null)
        {
            return;
        }

        if (_wires.Names.Is11)
        {
            await EndAsync(SequenceEnd.Close).ConfigureAwait(false);
        }
        else
        {
            var number = _sequence.TryBegin()!.Value;
            using var last = await TransmitAsync(new Transmission(number, _wires.LastMessage(), _exchange) { IsLast = true })
                .ConfigureAwait(false);
        }

        await EndAsync(SequenceEnd.Terminate).ConfigureAwait(false);
    }

    /// <summary>Gives up calls under way, and sends nothing. <see cref="CloseAsync"/> is to be awaited before.</summary>
    public async ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _isClosing, 1);
        Stop(new ObjectDisposedException(nameof(ReliableClientSession)));
        await _keepAlive.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            // Observes its exception: nobody may be waiting.
            _ = _closing?.ContinueWith(
                static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
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

            lock (_gate)
            {
                if (_refusal is { } refusal)
                {
                    throw ReliableWires.Ended(refusal);
                }

                // Nobody gets a number beyond the last one.
                ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosing) != 0, this);
                if (_sequence.TryBegin() is { } number)
                {
                    return number;
                }
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
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

        try
        {
            _stopping.Cancel();
        }
        catch (AggregateException)
        {
            // The callback of a transport failed.
        }

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
        SecureConversationException { Fault.IsSecured: true } secured => secured.Failure is
            SecureConversationFailure.ServerTooBusy or SecureConversationFailure.RenewNeeded,
        // Anybody on the way can write one that nothing secures.
        SecureConversationException => true,
        ArgumentException or InvalidOperationException or SecurityFailureException or OutOfMemoryException => false,
        _ => true,
    };

    /// <summary>
    /// Whether the service refuses a message for what may not be its sender's: it protects such faults as replies, and any change in flight
    /// of what nothing signs can bring one about.
    /// </summary>
    private static bool IsOfMessage(Exception e) => e is SecureConversationException { Fault: { IsSecured: true, IsOfSession: false } };
}
