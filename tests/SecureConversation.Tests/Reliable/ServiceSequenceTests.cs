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
    private readonly FairBytes _room = new(1000, "MaxKeptReplyBytes");

    [Fact]
    public void RepliesThatAreNotAcknowledged_LeaveTheNextRequestAsLost()
    {
        var (service, another) = (Service(), Service());
        Complete(service, 1, 300);
        Complete(another, 1, 300);
        var full = service.Receive(Request(2));
        Assert.Equal((ServiceStep.Drop, DropCause.KeptReplies), (full.Step, full.Cause));
        Assert.StartsWith("MaxKeptReplyBytes", full.Limit, StringComparison.Ordinal);
        Assert.Equal(600, _room.Taken);

        // Another client has room, and so has this one as soon as it acknowledges.
        Assert.Equal(ServiceStep.Deliver, Service(owner: new("other")).Receive(Request(1)).Step);
        Assert.Equal(ServiceStep.Deliver, service.Receive(Request(2, Acknowledging(1, 1))).Step);
        Assert.Equal(300, _room.Taken);
    }

    [Fact]
    public void ReplyBeyondTheRoom_EndsItsSequence_AndGivesItsRoomBack()
    {
        var service = Service();
        var (first, second) = (service.Receive(Request(1)).Exchange!, service.Receive(Request(2)).Exchange!);
        Complete(service, first, 700);
        Complete(service, second, 400);
        Assert.Equal(SequenceEndReason.RepliesNotAcknowledged, service.Outcome!.Reason);
        Assert.Contains("MaxKeptReplyBytes", service.Outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(0, _room.Taken);
        Assert.True(second.IsDone);
        Assert.Contains("MaxKeptReplyBytes", service.Receive(Request(3)).Fault!.Reason, StringComparison.Ordinal);
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

    [Fact]
    public void Repetitions_OfARequestInProgressAreFew()
    {
        var service = Service();
        var exchange = service.Receive(Request(1)).Exchange!;
        Assert.All(Enumerable.Range(0, 8), _ => Assert.Equal(ServiceStep.Repeat, service.Receive(Request(1)).Step));
        Assert.Equal(DropCause.Waiting, service.Receive(Request(1)).Cause);
        service.StopWaiting(exchange);
        Assert.Equal(ServiceStep.Repeat, service.Receive(Request(1)).Step);
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
        var reply = new PooledBytes();
        reply.GetSpan(bytes)[..bytes].Fill(7);
        reply.Advance(bytes);
        service.Complete(exchange, reply);
    }

    private ServiceSequence Service(ReliableSessionBindingElement? settings = null, RmNames? names = null, Owner? owner = null) =>
        new("urn:requests", "urn:replies", settings ?? new(), names ?? RmNames.V11, _clock, _room, owner ?? Client);
}
