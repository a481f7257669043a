using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <content>The replies, which are kept until the client acknowledges them.</content>
internal sealed partial class ServiceSequence
{
    private readonly ByteShare _share = new(owner);
    private long _nextReply = 1;
    private int _largestReply;

    /// <summary>Called when the sequence was ended because it held more memory than others who needed some. Under no lock.</summary>
    public Action? MadeRoom { get; init; }

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
                Acknowledgement = Acknowledgement(exchange),
            };
        }
    }

    /// <summary>Keeps the reply to a request, which is the sequence's from then on, or the fact that there is none.</summary>
    public void Complete(ServiceExchange exchange, PooledBytes? reply)
    {
        // Others may have to end for it, so no lock is held.
        BytePiece? taken = null;
        var limit = reply is null ? null : TakeRoom(reply.Capacity, out taken);
        lock (_gate)
        {
            if (exchange.IsDone)
            {
                if (taken is not null)
                {
                    room.Release(taken);
                }

                reply?.Dispose();
                return;
            }

            _lastUsed = clock.GetTimestamp();
            if (reply is null)
            {
                _exchanges.Remove(exchange.Number);
                Finish(exchange);
            }
            else if (limit is not null)
            {
                reply.Dispose();
                EndForRoom(limit);
            }
            else
            {
                // A guess for the next ones, which a single large reply does not hold up for long.
                _largestReply = Math.Max(reply.Capacity, _largestReply / 4 * 3);
                exchange.Keep(reply, taken);
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
    public void StopWaiting(Repetition repetition)
    {
        lock (_gate)
        {
            repetition.Exchange.StopWaiting(repetition);
        }
    }

    /// <summary>
    /// Takes room for a reply, for which whoever holds most has to end. Null when it was taken; the limit where this sequence holds most.
    /// </summary>
    private string? TakeRoom(int bytes, out BytePiece? taken)
    {
        _share.MakeRoom ??= MakeRoom;
        while (room.TryTake(_share, bytes, out taken, out var largest) is { } limit)
        {
            if (largest == _share)
            {
                return limit;
            }

            // Its share takes nothing after that, so this comes to an end.
            largest!.MakeRoom!(limit);
        }

        return null;
    }

    private void MakeRoom(string limit)
    {
        lock (_gate)
        {
            // Its client may have acknowledged meanwhile.
            if (!room.Holds(_share))
            {
                return;
            }

            EndForRoom(limit);
        }

        MadeRoom?.Invoke();
    }

    private void EndForRoom(string limit) => End(SequenceEndReason.RepliesNotAcknowledged,
        $"The replies that are not acknowledged take more memory than allowed, and this sequence holds most of it: {limit}.");

    /// <summary>Forgets the replies that are acknowledged. What was never sent cannot be: such numbers change nothing, as in WCF.</summary>
    private void Forget(SequenceAcknowledgement acknowledgement)
    {
        foreach (var exchange in _exchanges.Values)
        {
            if (exchange.Bytes > 0 && acknowledgement.Covers(exchange.ReplyNumber))
            {
                _exchanges.Remove(exchange.Number);
                Drop(exchange);
            }
        }
    }
}
