using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>What the service does with a message of a sequence.</summary>
internal enum ServiceStep
{
    /// <summary>The message is new: it goes to the application after its predecessor.</summary>
    Deliver,

    /// <summary>The message came before: it gets the reply of then, as soon as that is there.</summary>
    Repeat,

    /// <summary>Nothing but an acknowledgement is left to answer.</summary>
    Acknowledge,

    /// <summary>The message comes too early, or there is no room: it counts as lost, and the client sends it again.</summary>
    Drop,

    /// <summary>The message breaks a rule.</summary>
    Refuse,
}

/// <summary>A step, with the exchange or the fault that belongs to it.</summary>
internal readonly record struct ServiceDecision(ServiceStep Step, ServiceExchange? Exchange = null, SequenceFault? Fault = null);

/// <summary>One request of a sequence and its reply, which is kept until the client acknowledges it.</summary>
internal sealed class ServiceExchange(long number, bool isLast, Task predecessor)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Number { get; } = number;

    /// <summary>Whether it ends the sequence (February 2005).</summary>
    public bool IsLast { get; } = isLast;

    /// <summary>Completed when the request may go to the application.</summary>
    public Task Predecessor { get; } = predecessor;

    /// <summary>Completed when the reply is there, or it is known that there is none.</summary>
    public Task Done => _done.Task;

    /// <summary>The number of the reply; 0 for none.</summary>
    public long ReplyNumber { get; set; }

    /// <summary>The plain reply with its header blocks; null where there is none, or none any more.</summary>
    public PooledBytes? Reply { get; set; }

    public void Finish() => _done.TrySetResult();
}

/// <summary>
/// A sequence of requests at the service, and that of its replies (WS-ReliableMessaging 1.1 section 2.4): each request is delivered once,
/// and what is kept is bounded by the window. Without I/O and without timers; the time is asked for. Safe for concurrent use.
/// </summary>
internal sealed class ServiceSequence(
    string identifier, string offer, ReliableSessionBindingElement settings, RmNames names, TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AcknowledgementRanges _received = new();
    private readonly Dictionary<long, ServiceExchange> _exchanges = [];
    private Task _lastDelivered = Task.CompletedTask;
    private long _nextReply = 1;
    private long? _last;
    private long _lastUsed = clock.GetTimestamp();
    private bool _isTerminated;
    private bool _isFaulted;

    public string Identifier { get; } = identifier;

    /// <summary>The sequence of the replies, which the client offered.</summary>
    public string Offer { get; } = offer;

    /// <summary>Whether nothing came for InactivityTimeout, or a fault has ended the sequence.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _isFaulted || (clock.GetElapsedTime(_lastUsed) > settings.InactivityTimeout && InProgress == 0);
            }
        }
    }

    /// <summary>The acknowledgement of what arrived.</summary>
    public SequenceAcknowledgement Acknowledge()
    {
        lock (_gate)
        {
            return Acknowledgement();
        }
    }

    /// <summary>Takes a message with the header blocks that were signed.</summary>
    public ServiceDecision Receive(ReliableHeaders headers)
    {
        lock (_gate)
        {
            if (Enter(headers) is { } refusal)
            {
                return refusal;
            }

            return headers.Sequence is { } sequence ? Receive(sequence) : new(ServiceStep.Acknowledge);
        }
    }

    /// <summary>Closes the sequence, or terminates it: no other message may follow. A fault where that is not possible.</summary>
    public SequenceFault? End(SequenceEnd end, ReliableHeaders headers)
    {
        lock (_gate)
        {
            if (end.Identifier != Identifier)
            {
                return SequenceFault.Unknown(end.Identifier);
            }

            if (Enter(headers) is { Fault: { } refusal })
            {
                return refusal;
            }

            if (_isTerminated)
            {
                // Our answer was lost.
                return null;
            }

            var last = names.Is11 ? end.LastMessageNumber : _last ?? _received.Highest;
            if (last < _received.Highest || (_last is { } known && known != last))
            {
                return Fault("The number of the last message is not that of the sequence.");
            }

            if (_exchanges.Count > 0)
            {
                return Fault("Not all replies are acknowledged.");
            }

            var isTermination = end.Name == SequenceEnd.Terminate;
            if (isTermination && (!_received.IsComplete || _received.Highest != last))
            {
                return Fault("Messages of the sequence are missing.");
            }

            (_last, _isTerminated) = (last, isTermination);
            return null;
        }
    }

    /// <summary>Keeps the reply to a request, with its number, or the fact that there is none.</summary>
    /// <param name="exchange">The request, which was delivered.</param>
    /// <param name="write">Writes the reply with these header blocks; null where the request takes none.</param>
    public void Complete(ServiceExchange exchange, Func<ReliableHeaders, PooledBytes>? write)
    {
        lock (_gate)
        {
            if (exchange.Done.IsCompleted)
            {
                return;
            }

            if (write is null || _isFaulted)
            {
                _exchanges.Remove(exchange.Number);
            }
            else
            {
                exchange.Reply = write(new ReliableHeaders
                {
                    Sequence = new SequenceHeader(Offer, _nextReply, exchange.IsLast),
                    Acknowledgement = Acknowledgement(besides: 1),
                });
                exchange.ReplyNumber = _nextReply++;
            }

            _lastUsed = clock.GetTimestamp();
            exchange.Finish();
        }
    }

    /// <summary>Uses the kept reply, which nobody drops meanwhile; false where there is none any more.</summary>
    public bool TryUseReply(ServiceExchange exchange, Action<ReadOnlyMemory<byte>> use)
    {
        lock (_gate)
        {
            if (exchange.Reply is not { } reply)
            {
                return false;
            }

            use(reply.Memory);
            return true;
        }
    }

    /// <summary>What ends the sequence with its session; it goes with the sequence.</summary>
    public CancellationTokenRegistration Ending { get; set; }

    /// <summary>Ends the sequence, and clears what is kept.</summary>
    public void Dispose()
    {
        Ending.Unregister();
        lock (_gate)
        {
            _isFaulted = true;
            foreach (var exchange in _exchanges.Values)
            {
                Drop(exchange);
            }

            _exchanges.Clear();
        }
    }

    private int InProgress => _exchanges.Values.Count(e => !e.Done.IsCompleted);

    private ServiceDecision? Enter(ReliableHeaders headers)
    {
        if (_isFaulted || headers.AckRequested is { } asked && asked != Identifier)
        {
            return Refuse(SequenceFault.Unknown(headers.AckRequested ?? Identifier));
        }

        _lastUsed = clock.GetTimestamp();
        if (headers.Acknowledgement is not { } acknowledgement)
        {
            return null;
        }

        if (acknowledgement.Identifier != Offer)
        {
            return Refuse(SequenceFault.Unknown(acknowledgement.Identifier));
        }

        // What was never sent cannot be acknowledged: such numbers change nothing, as in WCF.
        foreach (var exchange in _exchanges.Values.Where(e => e.ReplyNumber > 0 && Covers(acknowledgement, e.ReplyNumber)).ToList())
        {
            _exchanges.Remove(exchange.Number);
            Drop(exchange);
        }

        return null;
    }

    private ServiceDecision Receive(SequenceHeader sequence)
    {
        if (sequence.Identifier != Identifier)
        {
            return Refuse(SequenceFault.Unknown(sequence.Identifier));
        }

        if (_received.Contains(sequence.Number))
        {
            return _exchanges.TryGetValue(sequence.Number, out var known)
                ? new(ServiceStep.Repeat, known)
                : new(ServiceStep.Acknowledge);
        }

        if (_last is not null)
        {
            if (names.Is11)
            {
                return Refuse(SequenceFault.Closed(Identifier));
            }

            _isFaulted = true;
            return Refuse(SequenceFault.LastExceeded(Identifier));
        }

        // As WCF, an ordered sequence takes the next number only (recorded). A window of numbers bounds the other, so that 2^63 - 1 is
        // as good as lost.
        var next = _received.Contiguous + 1;
        var isInWindow = settings.Ordered ? sequence.Number == next : sequence.Number - next < settings.MaxTransferWindowSize;
        if (!isInWindow || _exchanges.Count >= settings.MaxTransferWindowSize || !_received.TryAdd(sequence.Number))
        {
            return new(ServiceStep.Drop);
        }

        var exchange = new ServiceExchange(
            sequence.Number, sequence.IsLast, settings.Ordered || sequence.IsLast ? _lastDelivered : Task.CompletedTask);
        _exchanges.Add(sequence.Number, exchange);
        _lastDelivered = settings.Ordered ? exchange.Done : Task.WhenAll(_lastDelivered, exchange.Done);
        _last = sequence.IsLast ? sequence.Number : null;
        return new(ServiceStep.Deliver, exchange);
    }

    private SequenceAcknowledgement Acknowledgement(int besides = 0) => new(Identifier, [.. _received.Ranges])
    {
        IsFinal = names.Is11 && _last is not null,
        BufferRemaining = settings.FlowControlEnabled
            ? Math.Max(0, settings.MaxTransferWindowSize - Math.Max(0, InProgress - besides))
            : null,
    };

    private SequenceFault Fault(string reason)
    {
        _isFaulted = true;
        return SequenceFault.Terminated(Identifier, reason);
    }

    private static ServiceDecision Refuse(SequenceFault fault) => new(ServiceStep.Refuse, Fault: fault);

    private static bool Covers(SequenceAcknowledgement acknowledgement, long number)
    {
        foreach (var range in acknowledgement.Ranges)
        {
            if (range.Lower <= number && number <= range.Upper)
            {
                return true;
            }
        }

        return false;
    }

    private static void Drop(ServiceExchange exchange)
    {
        exchange.Reply?.Dispose();
        exchange.Reply = null;
        exchange.Finish();
    }
}
