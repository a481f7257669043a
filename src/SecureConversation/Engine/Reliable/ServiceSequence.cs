using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// A sequence of requests at the service, and that of its replies (WS-ReliableMessaging 1.1 section 2.4): each request is delivered once,
/// and what is kept is bounded by the window in number and by the room of its owner in bytes. When it is over nothing is kept any more.
/// Without I/O and without timers; the time is asked for. Safe for concurrent use.
/// </summary>
internal sealed class ServiceSequence(string identifier, string offer, ReliableSessionBindingElement settings, RmNames names,
    TimeProvider clock, FairBytes room, Owner owner)
{
    // As many as WCF sends again by default.
    private const int MostWaiting = 8;

    private readonly Lock _gate = new();
    private readonly AcknowledgementRanges _received = new();
    private readonly Dictionary<long, ServiceExchange> _exchanges = [];
    private Task _lastDelivered = Task.CompletedTask;
    private TaskCompletionSource? _allDone;
    private volatile SequenceOutcome? _outcome;
    private long _nextReply = 1;
    private long? _last;
    private long _lastUsed = clock.GetTimestamp();
    private long _largestReply;
    private int _inProgress;
    private volatile bool _isOver;

    public string Identifier { get; } = identifier;

    /// <summary>The sequence of the replies, which the client offered.</summary>
    public string Offer { get; } = offer;

    /// <summary>Whether it takes no message any more, not even a repeated termination.</summary>
    public bool IsOver => _isOver;

    /// <summary>How it ended; null while it goes on. One that was terminated answers its termination again until it is over.</summary>
    public SequenceOutcome? Outcome => _outcome;

    /// <summary>The fault for a message to a sequence that is over.</summary>
    public SequenceFault Ended => SequenceFault.Ended(Identifier, Outcome?.Detail);

    /// <summary>The acknowledgement of what arrived.</summary>
    public SequenceAcknowledgement Acknowledge()
    {
        lock (_gate)
        {
            return Acknowledgement();
        }
    }

    /// <summary>Ends the sequence if nothing came for InactivityTimeout and the application works on none of its requests.</summary>
    public void EndIfInactive()
    {
        lock (_gate)
        {
            if (_inProgress == 0 && clock.GetElapsedTime(_lastUsed) > settings.InactivityTimeout)
            {
                End(SequenceEndReason.Inactive, "Nothing came for InactivityTimeout.");
            }
        }
    }

    /// <summary>Ends the sequence with its security session.</summary>
    public void EndWithSession()
    {
        lock (_gate)
        {
            End(SequenceEndReason.SessionClosed, "The security session has ended.");
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

            if (_outcome is not null)
            {
                // Our answer was lost.
                return null;
            }

            // WS-ReliableMessaging 1.1 section 3.5: whoever ends a sequence should say which number is the last, and need not.
            var last = (names.Is11 ? end.LastMessageNumber : null) ?? _last ?? _received.Highest;
            if (last < _received.Highest || (_last is { } known && known != last))
            {
                return Break("The number of the last message is not that of the sequence.");
            }

            if (_exchanges.Count > 0)
            {
                return Break("Not all replies are acknowledged.");
            }

            var isTermination = end.Name == SequenceEnd.Terminate;
            if (isTermination && (!_received.IsComplete || _received.Highest != last))
            {
                return Break("Messages of the sequence are missing.");
            }

            _last = last;
            _outcome = isTermination ? new(SequenceEndReason.Terminated, "The client has terminated it.") : null;
            return null;
        }
    }

    /// <summary>
    /// The header blocks of the reply to a request, with the number that it keeps; null where it takes no reply any more.
    /// </summary>
    public ReliableHeaders? BeginReply(ServiceExchange exchange)
    {
        lock (_gate)
        {
            if (exchange.IsDone)
            {
                return null;
            }

            exchange.ReplyNumber = exchange.ReplyNumber > 0 ? exchange.ReplyNumber : _nextReply++;
            return new ReliableHeaders
            {
                Sequence = new SequenceHeader(Offer, exchange.ReplyNumber, exchange.IsLast),
                Acknowledgement = Acknowledgement(besides: 1),
            };
        }
    }

    /// <summary>Keeps the reply to a request, which is the sequence's from then on, or the fact that there is none.</summary>
    public void Complete(ServiceExchange exchange, PooledBytes? reply)
    {
        lock (_gate)
        {
            if (exchange.IsDone)
            {
                reply?.Dispose();
                return;
            }

            _lastUsed = clock.GetTimestamp();
            if (reply is null)
            {
                _exchanges.Remove(exchange.Number);
                Finish(exchange);
            }
            else if (room.TryTake(owner, reply.Length) is { } limit)
            {
                reply.Dispose();
                End(SequenceEndReason.RepliesNotAcknowledged,
                    $"The replies that are not acknowledged take more memory than allowed: {limit}.");
            }
            else
            {
                _largestReply = Math.Max(_largestReply, reply.Length);
                exchange.Keep(reply);
                Finish(exchange);
            }
        }
    }

    /// <summary>Uses the kept reply, which is not cleared meanwhile; false where there is none any more.</summary>
    public bool TryUseReply(ServiceExchange exchange, Action<ReadOnlyMemory<byte>> use)
    {
        PooledBytes? reply;
        lock (_gate)
        {
            reply = exchange.Enter();
        }

        if (reply is null)
        {
            return false;
        }

        try
        {
            // Protection takes its time, and others of the sequence do not wait for it.
            use(reply.Memory);
            return true;
        }
        finally
        {
            lock (_gate)
            {
                exchange.Leave(reply);
            }
        }
    }

    /// <summary>A repetition waits for its reply no more.</summary>
    public void StopWaiting(ServiceExchange exchange)
    {
        lock (_gate)
        {
            exchange.Waiting--;
        }
    }

    private ServiceDecision? Enter(ReliableHeaders headers)
    {
        if (_isOver)
        {
            return Refuse(Ended);
        }

        if (headers.AckRequested is { } asked && asked != Identifier)
        {
            return Refuse(SequenceFault.Unknown(asked));
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
        foreach (var exchange in _exchanges.Values.Where(e => e.Bytes > 0 && acknowledgement.Covers(e.ReplyNumber)).ToList())
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
            return _exchanges.TryGetValue(sequence.Number, out var known) ? Repeat(known) : new(ServiceStep.Acknowledge);
        }

        if (_last is not null)
        {
            return Refuse(names.Is11 ? SequenceFault.Closed(Identifier)
                : Break(SequenceFault.LastExceeded(Identifier)));
        }

        // As WCF, an ordered sequence takes the next number only (recorded), and the last one comes last. A window of numbers bounds the
        // other, so that 2^63 - 1 is as good as lost.
        var next = _received.Contiguous + 1;
        var isInWindow = settings.Ordered || sequence.IsLast
            ? sequence.Number == next
            : sequence.Number - next < settings.MaxTransferWindowSize;
        if (!isInWindow)
        {
            return new(ServiceStep.Drop, Cause: DropCause.Early);
        }

        // How large the replies to requests in progress will be is not known; the largest one so far is the guess.
        if (room.LimitFor(owner, _inProgress + 1, _largestReply) is { } limit)
        {
            return new(ServiceStep.Drop, Cause: DropCause.KeptReplies, Limit: limit);
        }

        if (_exchanges.Count >= settings.MaxTransferWindowSize || !_received.TryAdd(sequence.Number))
        {
            return new(ServiceStep.Drop, Cause: DropCause.Window);
        }

        var exchange = new ServiceExchange(sequence.Number, sequence.IsLast, PredecessorOf(sequence));
        _exchanges.Add(sequence.Number, exchange);
        _inProgress++;
        _lastDelivered = exchange.Done;
        _last = sequence.IsLast ? sequence.Number : null;
        return new(ServiceStep.Deliver, exchange);
    }

    private static ServiceDecision Repeat(ServiceExchange known)
    {
        if (!known.IsDone && known.Waiting >= MostWaiting)
        {
            return new(ServiceStep.Drop, Cause: DropCause.Waiting);
        }

        known.Waiting++;
        return new(ServiceStep.Repeat, known);
    }

    /// <summary>What a request waits for: in order the one before, and the last one always for all.</summary>
    private Task PredecessorOf(SequenceHeader sequence)
    {
        if (settings.Ordered || !sequence.IsLast || _inProgress == 0)
        {
            return settings.Ordered ? _lastDelivered : Task.CompletedTask;
        }

        _allDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _allDone.Task;
    }

    private SequenceAcknowledgement Acknowledgement(int besides = 0) => new(Identifier, [.. _received.Ranges])
    {
        IsFinal = names.Is11 && _last is not null,
        BufferRemaining = settings.FlowControlEnabled
            ? Math.Max(0, settings.MaxTransferWindowSize - Math.Max(0, _inProgress - besides))
            : null,
    };

    private SequenceFault Break(string reason) => Break(SequenceFault.Terminated(Identifier, reason));

    private SequenceFault Break(SequenceFault fault)
    {
        End(SequenceEndReason.Faulted, fault.Reason);
        return fault;
    }

    private static ServiceDecision Refuse(SequenceFault fault) => new(ServiceStep.Refuse, Fault: fault);

    /// <summary>Ends the sequence. Nothing is kept any more, and what waits goes on to see that it is over.</summary>
    private void End(SequenceEndReason reason, string detail)
    {
        if (_isOver)
        {
            return;
        }

        _outcome ??= new(reason, detail);
        _isOver = true;
        foreach (var exchange in _exchanges.Values)
        {
            Drop(exchange);
        }

        _exchanges.Clear();
    }

    private void Drop(ServiceExchange exchange)
    {
        if (exchange.Bytes > 0)
        {
            room.Release(owner, exchange.Bytes);
        }

        exchange.Drop();
        Finish(exchange);
    }

    private void Finish(ServiceExchange exchange)
    {
        if (!exchange.IsDone)
        {
            _inProgress--;
            exchange.Finish();
        }

        // The last one is in progress itself.
        if (_inProgress <= 1)
        {
            _allDone?.TrySetResult();
        }
    }
}
