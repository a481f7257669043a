using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Reliable;

/// <summary>What a sequence keeps at the service, and for how long.</summary>
public sealed class ServiceSequenceTests
{
    private static readonly Owner Client = new("client");

    private readonly ManualTimeProvider _clock = new();
    private readonly FairBytes _room = new(16 * 1024, "MaxKeptReplyBytes", TimeProvider.System);

    [Fact]
    public void RepliesThatAreNotAcknowledged_LeaveTheNextRequestAsLost()
    {
        var (service, another) = (Service(), Service());
        Complete(service, 1, 4096);
        Complete(another, 1, 4096);
        Complete(another, 2, 2048);
        var full = service.Receive(Request(2));
        Assert.Equal((ServiceStep.Drop, DropCause.KeptReplies), (full.Step, full.Cause));
        Assert.StartsWith("MaxKeptReplyBytes", full.Limit, StringComparison.Ordinal);
        Assert.Equal(10 * 1024, _room.Taken);

        // Another client has room, and so has this one as soon as it acknowledges.
        Assert.Equal(ServiceStep.Deliver, Service(owner: new("other")).Receive(Request(1)).Step);
        Assert.Equal(ServiceStep.Deliver, service.Receive(Request(2, Acknowledging(1, 1))).Step);
        Assert.Equal(6 * 1024, _room.Taken);
    }

    [Fact]
    public void ReplyBeyondTheRoom_EndsItsSequence_AndGivesItsRoomBack()
    {
        var service = Service();
        var (first, second) = (service.Receive(Request(1)).Exchange!, service.Receive(Request(2)).Exchange!);
        Complete(service, first, 8192);
        Complete(service, second, 8192);
        Assert.Equal(SequenceEndReason.RepliesNotAcknowledged, service.Outcome!.Reason);
        Assert.Contains("MaxKeptReplyBytes", service.Outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(0, _room.Taken);
        Assert.True(second.IsDone);
        Assert.Contains("MaxKeptReplyBytes", service.Receive(Request(3)).Fault!.Reason, StringComparison.Ordinal);
    }

    /// <summary>The request is executed by then, and the bytes are those of somebody else.</summary>
    [Fact]
    public void ReplyBeyondTheRoom_EndsTheSequenceThatHoldsMost()
    {
        var told = 0;
        var greedy = Service(owner: new("greedy"), madeRoom: () => told++);
        var (first, second) = (greedy.Receive(Request(1)).Exchange!, greedy.Receive(Request(2)).Exchange!);
        Complete(greedy, first, 8192);
        Complete(greedy, second, 4096);
        var service = Service();
        var exchange = Complete(service, 1, 4096);
        Assert.Equal((true, 1), (greedy.IsOver, told));
        Assert.Equal(SequenceEndReason.RepliesNotAcknowledged, greedy.Outcome!.Reason);
        Assert.False(service.IsOver);
        Assert.True(service.TryUseReply(exchange, _ => { }));
        Assert.Equal(4096, _room.Taken);
    }

    [Fact]
    public void RepliesOfManyAtOnce_StayWithinTheRoom()
    {
        var services = Enumerable.Range(0, 16).Select(i => Service(new() { Ordered = false }, owner: new($"{i}"))).ToList();
        Parallel.ForEach(services, service =>
        {
            for (var number = 1; number <= 100 && !service.IsOver; number++)
            {
                // Each third is not acknowledged.
                if (service.Receive(Request(number, number % 3 == 0 ? null : Acknowledging(1, number))).Exchange is { } exchange)
                {
                    Complete(service, exchange, 1024 << (number % 3));
                    Assert.InRange(_room.Taken, 0, 16 * 1024);
                }
            }
        });
        Assert.Contains(services, s => !s.IsOver);
        services.ForEach(s => s.EndWithSession());
        Assert.Equal(0, _room.Taken);
    }

    /// <summary>An acknowledgement that is moved to the exchange of a request must not finish one that may never be executed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Acknowledgement_CoversWhatIsDone(bool ordered)
    {
        var service = Service(new() { Ordered = ordered });
        var exchanges = Enumerable.Range(1, 3).Select(n => service.Receive(Request(n)).Exchange!).ToList();
        Assert.Empty(service.Acknowledge().Ranges);
        Assert.Equal([new(1, 1)], service.BeginReply(exchanges[0])!.Acknowledgement!.Ranges);
        service.Complete(exchanges[0], null);
        Assert.Equal([new(1, 1)], service.Acknowledge().Ranges);
        service.Complete(exchanges[2], null);
        Assert.Equal([new(1, 1), new(3, 3)], service.Acknowledge().Ranges);
        service.Complete(exchanges[1], null);
        Assert.Equal([new(1, 3)], service.Acknowledge().Ranges);
    }

    [Fact]
    public void ALargeReply_HoldsUpOthersForAWhile()
    {
        var service = Service();
        Complete(service, 1, 8192);
        for (var number = 2; number <= 9; number++)
        {
            Complete(service, service.Receive(Request(number, Acknowledging(1, number - 1))).Exchange!, 256);
        }

        for (var number = 10; number < 14; number++)
        {
            Assert.Equal(ServiceStep.Deliver, service.Receive(Request(number, Acknowledging(1, 9))).Step);
        }
    }

    [Fact]
    public void SequenceThatIsOver_KeepsNothing_AndLetsNobodyWait()
    {
        var service = Service();
        Complete(service, 1, 100);
        var (atWork, waiting) = (service.Receive(Request(2)).Exchange!, service.Receive(Request(3)).Exchange!);
        Assert.Equal("SequenceTerminated", service.End(new(SequenceEnd.Close, "urn:requests", 1), new())!.Subcode);
        Assert.Equal(0, _room.Taken);
        Assert.True(waiting.Predecessor.IsCompleted);
        Complete(service, atWork, 100);
        Assert.Equal(0, _room.Taken);
    }

    [Fact]
    public void Reply_IsNotClearedWhileItIsWritten()
    {
        var service = Service();
        var exchange = Complete(service, 1, 100);
        Assert.True(service.TryUseReply(exchange, reply =>
        {
            service.EndWithSession();
            Assert.Equal(100, reply.Length);
            Assert.Equal(7, reply.Span[99]);
        }));
        Assert.False(service.TryUseReply(exchange, _ => { }));
        Assert.Equal(0, _room.Taken);
    }

    [Fact]
    public void SilentSequence_GoesOnWhileTheApplicationWorks()
    {
        var service = Service();
        var exchange = service.Receive(Request(1)).Exchange!;
        _clock.Advance(TimeSpan.FromHours(1));
        service.EndIfInactive();
        Assert.False(service.IsOver);
        Complete(service, exchange, 100);
        _clock.Advance(TimeSpan.FromHours(1));
        service.EndIfInactive();
        Assert.Equal(SequenceEndReason.Inactive, service.Outcome!.Reason);
        Assert.Equal(0, _room.Taken);
    }

    /// <summary>The connection of the oldest may be one that nobody hears any more.</summary>
    [Fact]
    public void Repetitions_OfARequestInProgressAreFew_AndTheOldestGivesWay()
    {
        var service = Service();
        service.Receive(Request(1));
        var repetitions = Enumerable.Range(0, 9).Select(_ => service.Receive(Request(1)).Repetition!).ToList();
        Assert.Equal(Enumerable.Range(0, 9).Select(n => n == 0), repetitions.Select(r => r.Displaced.Task.IsCompleted));
        service.StopWaiting(repetitions[1]);
        var next = service.Receive(Request(1)).Repetition!;
        Assert.False(repetitions[2].Displaced.Task.IsCompleted);
        Assert.False(next.Displaced.Task.IsCompleted);
    }

    /// <summary>The last message waits for all of them, and for nothing that grows with their number.</summary>
    [Fact]
    public void UnorderedSequence_KeepsNothingOfRequestsThatAreAnswered_WhileOneIsInProgress()
    {
        var service = Service(new() { Ordered = false, ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessagingFebruary2005 }, RmNames.February2005);
        var first = service.Receive(Request(1)).Exchange!;
        for (var number = 2; number <= 100; number++)
        {
            var exchange = service.Receive(Request(number)).Exchange!;
            Assert.Same(Task.CompletedTask, exchange.Predecessor);
            service.Complete(exchange, null);
        }

        var last = service.Receive(new() { Sequence = new("urn:requests", 101, IsLast: true) }).Exchange!;
        Assert.False(last.Predecessor.IsCompleted);
        service.Complete(first, null);
        Assert.True(last.Predecessor.IsCompleted);
        Assert.Equal("LastMessageNumberExceeded", service.Receive(Request(102)).Fault!.Subcode);
    }

    [Fact]
    public void LastMessage_ComesLastOrCountsAsLost()
    {
        var service = Service(new() { Ordered = false }, RmNames.February2005);
        service.Complete(service.Receive(Request(2)).Exchange!, null);
        Assert.Equal(DropCause.Early, service.Receive(new() { Sequence = new("urn:requests", 3, IsLast: true) }).Cause);
        service.Complete(service.Receive(Request(1)).Exchange!, null);
        Assert.Equal(ServiceStep.Deliver, service.Receive(new() { Sequence = new("urn:requests", 3, IsLast: true) }).Step);
    }

    [Fact]
    public void ReplyThatCouldNotBeProtected_HasItsNumberForAnother()
    {
        var service = Service();
        var exchange = service.Receive(Request(1)).Exchange!;
        Assert.Equal(1, service.BeginReply(exchange)!.Sequence!.Number);
        Assert.Equal(1, service.BeginReply(exchange)!.Sequence!.Number);
        Complete(service, exchange, 10);
        Assert.Null(service.BeginReply(exchange));
    }

    private static ReliableHeaders Request(long number, SequenceAcknowledgement? acknowledgement = null) =>
        new() { Sequence = new("urn:requests", number), Acknowledgement = acknowledgement };

    private static SequenceAcknowledgement Acknowledging(long lower, long upper) => new("urn:replies", [new(lower, upper)]);

    private static ServiceExchange Complete(ServiceSequence service, long number, int bytes)
    {
        var exchange = service.Receive(Request(number)).Exchange!;
        Complete(service, exchange, bytes);
        return exchange;
    }

    private static void Complete(ServiceSequence service, ServiceExchange exchange, int bytes)
    {
        service.BeginReply(exchange);
        service.Complete(exchange, Reply(bytes));
    }

    private static PooledBytes Reply(int bytes)
    {
        var reply = new PooledBytes(bytes);
        reply.GetSpan(bytes)[..bytes].Fill(7);
        reply.Advance(bytes);
        return reply;
    }

    private ServiceSequence Service(
        ReliableSessionBindingElement? settings = null, RmNames? names = null, Owner? owner = null, Action? madeRoom = null) =>
        new("urn:requests", "urn:replies", settings ?? new(), names ?? RmNames.V11, _clock, _room, owner ?? Client) { MadeRoom = madeRoom };
}
