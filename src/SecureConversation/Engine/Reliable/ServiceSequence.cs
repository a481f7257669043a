using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Quota;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// A sequence of requests at the service, and that of its replies (WS-ReliableMessaging 1.1 section 2.4): each request is delivered once,
/// and what is kept is bounded by the window in number and by the room of its owner in bytes. When it is over nothing is kept any more.
/// Without I/O and without timers; the time is asked for. Safe for concurrent use.
/// </summary>
internal sealed partial class ServiceSequence(string identifier, string offer, ReliableSessionBindingElement settings, RmNames names,
    TimeProvider clock, FairBytes room, Owner owner)
{
    private readonly Lock _gate = new();
    private readonly AcknowledgementRanges _received = new();
    private readonly Dictionary<long, ServiceExchange> _exchanges = [];
    private Task _lastDelivered = Task.CompletedTask;
    private TaskCompletionSource? _allDone;
    private volatile SequenceOutcome? _outcome;
    private long? _last;
    private long _lastUsed = clock.GetTimestamp();
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

    /// <summary>The acknowledgement of the requests that are done.</summary>
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

        Forget(acknowledgement);
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
                ? new(ServiceStep.Repeat, Repetition: known.Wait())
                : new(ServiceStep.Acknowledge);
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
        if (room.LimitFor(_share, _inProgress + 1, _largestReply) is { } limit)
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

    /// <summary>
    /// What is acknowledged are the requests that are done, and the one whose reply says so: nothing in an acknowledgement says on which
    /// exchange it was sent, so somebody on the way may finish a request at the client by that of another.
    /// </summary>
    private SequenceAcknowledgement Acknowledgement(ServiceExchange? answered = null)
    {
        List<long> undone = [.. _inProgress == 0 ? [] : _exchanges.Values.Where(e => !e.IsDone && e != answered).Select(e => e.Number)];
        undone.Sort();
        return new(Identifier, _received.Without(undone))
        {
            IsFinal = names.Is11 && _last is not null,
            BufferRemaining = settings.FlowControlEnabled ? Math.Max(0, settings.MaxTransferWindowSize - undone.Count) : null,
        };
    }

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
        room.End(_share);
        foreach (var exchange in _exchanges.Values)
        {
            Drop(exchange);
        }

        _exchanges.Clear();
    }

    private void Drop(ServiceExchange exchange)
    {
        if (exchange.Room is { } taken)
        {
            room.Release(taken);
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
