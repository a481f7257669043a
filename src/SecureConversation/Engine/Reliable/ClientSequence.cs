using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;

namespace SecureConversation.Engine.Reliable;

/// <summary>What a reply means for the request on whose exchange it came.</summary>
internal enum ClientStep
{
    /// <summary>It is the reply, or says that the request arrived and has none.</summary>
    Finished,

    /// <summary>The request arrived, and its reply is not there.</summary>
    Acknowledged,

    /// <summary>It says nothing about the request, which is sent again.</summary>
    Again,
}

/// <summary>
/// A sequence of requests at the client, and that of their replies (WS-ReliableMessaging 1.1 section 2.4). Without I/O and without timers:
/// it says what to write, how long to wait, and what a reply means. Safe for concurrent use.
/// </summary>
internal sealed class ClientSequence(
    string identifier, string offer, ReliableSessionBindingElement settings, RmNames names, TimeSpan roundTrip)
{
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(25);

    private SequenceAcknowledgement? _acknowledged;
    private readonly Lock _gate = new();
    private readonly SortedSet<long> _outstanding = [];
    private readonly HashSet<long> _replied = [];
    private readonly AcknowledgementRanges _replies = new();
    private long _next = 1;
    private int? _remaining;
    private TimeSpan _roundTrip = roundTrip;

    public string Identifier { get; } = identifier;

    /// <summary>The number of the last request; 0 for none.</summary>
    public long LastNumber
    {
        get
        {
            lock (_gate)
            {
                return _next - 1;
            }
        }
    }

    public bool HasOutstanding
    {
        get
        {
            lock (_gate)
            {
                return _outstanding.Count > 0;
            }
        }
    }

    /// <summary>Gives the next request its number; null while the window is full, or the service has no room.</summary>
    public long? TryBegin()
    {
        lock (_gate)
        {
            // One message is always sent, or nobody would hear that there is room again.
            var hasRoom = _outstanding.Count == 0
                || (_next - _outstanding.Min < settings.MaxTransferWindowSize
                    && !(settings.FlowControlEnabled && _outstanding.Count >= _remaining));
            if (!hasRoom || _next == long.MaxValue)
            {
                return null;
            }

            _outstanding.Add(_next);
            return _next++;
        }
    }

    /// <summary>Whether all requests before this one are answered.</summary>
    public bool IsFirst(long number)
    {
        lock (_gate)
        {
            return _outstanding.Count == 0 || _outstanding.Min >= number;
        }
    }

    /// <summary>The header blocks of a request, anew for each time that it is sent.</summary>
    public ReliableHeaders HeadersOf(long number, bool isLast = false) => new()
    {
        Sequence = new SequenceHeader(Identifier, number, isLast),
        Acknowledgement = Acknowledge(isFinal: false),
    };

    /// <summary>The acknowledgement of the replies; null where none came yet, unless it is the final one.</summary>
    public SequenceAcknowledgement? Acknowledge(bool isFinal)
    {
        lock (_gate)
        {
            return _replies.Highest == 0 && !isFinal
                ? null
                : new SequenceAcknowledgement(offer, [.. _replies.Ranges]) { IsFinal = isFinal && names.Is11 };
        }
    }

    /// <summary>Takes the header blocks of a reply that came on the exchange of a request.</summary>
    /// <param name="number">The number of the request; 0 for a message that is not numbered.</param>
    /// <param name="headers">Those that were signed.</param>
    /// <param name="needsReply">
    /// Whether an acknowledgement alone does not finish the request: nothing in one says on which exchange it was sent, so it may have been
    /// moved there from another.
    /// </param>
    /// <exception cref="SecurityFailureException">The service breaks the protocol.</exception>
    public ClientStep Receive(long number, ReliableHeaders headers, bool needsReply = false)
    {
        if (headers.Acknowledgement is not { } acknowledgement)
        {
            return Fail.With<ClientStep>(FailureCode.InvalidSequence, "wsrm:SequenceAcknowledgement", "nothing", Identifier);
        }

        if (acknowledgement.Identifier != Identifier)
        {
            Fail.With(FailureCode.UnknownSequence, "wsrm:Identifier", acknowledgement.Identifier, Identifier);
        }

        lock (_gate)
        {
            if (acknowledgement.Highest >= _next)
            {
                Fail.With(FailureCode.InvalidSequence, "wsrm:AcknowledgementRange", RmValue.Text(acknowledgement.Highest),
                    $"at most {RmValue.Text(_next - 1)}, the last number that was sent");
            }

            if (headers.Sequence is { } sequence)
            {
                if (sequence.Identifier != offer)
                {
                    Fail.With(FailureCode.UnknownSequence, "wsrm:Identifier", sequence.Identifier, offer);
                }

                // A request has one reply, so there are no more replies than requests.
                if (sequence.Number >= _next)
                {
                    Fail.With(FailureCode.InvalidSequence, "wsrm:MessageNumber", RmValue.Text(sequence.Number));
                }

                if (!_replies.TryAdd(sequence.Number))
                {
                    // No room for another gap, which somebody on the way may have made: it counts as lost, as in WCF.
                    return ClientStep.Again;
                }
            }

            if (headers.Sequence is not null && _outstanding.Contains(number))
            {
                _replied.Add(number);
            }
            else if (headers.Sequence is null && _replied.Contains(number))
            {
                // The reply came on another exchange, and was acknowledged before the service answered this one.
                return ClientStep.Again;
            }

            _remaining = acknowledgement.BufferRemaining;
            _acknowledged = acknowledgement;
            var isAcknowledged = acknowledgement.Covers(number);
            return headers.Sequence is not null || (isAcknowledged && !needsReply) ? ClientStep.Finished
                : isAcknowledged ? ClientStep.Acknowledged
                : ClientStep.Again;
        }
    }

    /// <summary>Whether the last acknowledgement covers a message.</summary>
    public bool IsAcknowledged(long number)
    {
        lock (_gate)
        {
            return _acknowledged is { } known && known.Covers(number);
        }
    }

    /// <summary>The request is answered, or given up.</summary>
    public void Finish(long number)
    {
        lock (_gate)
        {
            _outstanding.Remove(number);
            _replied.Remove(number);
        }
    }

    /// <summary>Takes how long an answer took.</summary>
    public void Measured(TimeSpan roundTrip)
    {
        lock (_gate)
        {
            _roundTrip += (roundTrip - _roundTrip) / 8;
        }
    }

    /// <summary>
    /// How long to wait for an answer before a request is sent again, which doubles each time; as WCF waits, but no longer than its
    /// keep-alive does: who holds answers back, or takes long, does not decide when others are missed.
    /// </summary>
    /// <param name="sent">How often it was sent already. At least 1.</param>
    public TimeSpan RetryAfter(int sent)
    {
        lock (_gate)
        {
            var first = _roundTrip + LeastWait > 3 * _roundTrip ? _roundTrip + LeastWait : 3 * _roundTrip;
            var wait = first * Math.Pow(2, Math.Min(sent - 1, 10));
            var alive = settings.InactivityTimeout / 2 / settings.MaxRetryCount;
            var most = alive < MostWait ? alive : MostWait;
            return wait <= most ? wait : most > LeastWait ? most : LeastWait;
        }
    }
}
