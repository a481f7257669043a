using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Reliable;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Reliable;

/// <summary>Both ends of a sequence, without messages.</summary>
public sealed class SequenceTests
{
    private static readonly ReliableSessionBindingElement Settings = new() { MaxTransferWindowSize = 4 };

    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Service_TakesEachNumberOnceAndInOrder()
    {
        var service = Service();
        Assert.Equal(ServiceStep.Drop, service.Receive(Request(2)).Step);
        var first = service.Receive(Request(1));
        Assert.Equal(ServiceStep.Deliver, first.Step);
        Assert.Equal(ServiceStep.Repeat, service.Receive(Request(1)).Step);
        var second = service.Receive(Request(2));
        Assert.Equal(ServiceStep.Deliver, second.Step);
        Assert.False(second.Exchange!.Predecessor.IsCompleted);
        Complete(service, first.Exchange!);
        Assert.True(second.Exchange.Predecessor.IsCompleted);
        Assert.Same(first.Exchange, service.Receive(Request(1)).Repetition!.Exchange);
    }

    [Fact]
    public void Service_ForgetsAReplyThatIsAcknowledged()
    {
        var service = Service();
        var exchange = service.Receive(Request(1)).Exchange!;
        Complete(service, exchange);
        Assert.True(service.TryUseReply(exchange, _ => { }));
        Assert.Equal(ServiceStep.Deliver, service.Receive(Request(2, Acknowledging(1, 1))).Step);
        Assert.False(service.TryUseReply(exchange, _ => { }));
        Assert.Equal(ServiceStep.Acknowledge, service.Receive(Request(1)).Step);
    }

    [Fact]
    public void Service_KeepsNoMoreRepliesThanTheWindow()
    {
        var service = Service();
        for (var number = 1; number <= 4; number++)
        {
            Complete(service, service.Receive(Request(number)).Exchange!);
        }

        Assert.Equal(ServiceStep.Drop, service.Receive(Request(5)).Step);
        Assert.Equal(ServiceStep.Deliver, service.Receive(Request(5, Acknowledging(1, 4))).Step);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Service_DropsNumbersBeyondItsWindow(bool ordered)
    {
        var service = Service(Settings with { Ordered = ordered });
        Assert.Equal(ServiceStep.Drop, service.Receive(Request(long.MaxValue)).Step);
        Assert.Equal(ordered ? ServiceStep.Drop : ServiceStep.Deliver, service.Receive(Request(4)).Step);
        Assert.Equal(ServiceStep.Drop, service.Receive(Request(5)).Step);
    }

    [Fact]
    public void Service_IgnoresAcknowledgementsOfWhatItNeverSent()
    {
        var service = Service();
        var exchange = service.Receive(Request(1, Acknowledging(1, long.MaxValue))).Exchange!;
        Complete(service, exchange);
        Assert.True(service.TryUseReply(exchange, _ => { }));
    }

    [Fact]
    public void Service_RefusesOtherSequences()
    {
        var service = Service();
        Assert.Equal("UnknownSequence", service.Receive(new() { Sequence = new("urn:other", 1) }).Fault!.Subcode);
        Assert.Equal("UnknownSequence", service.Receive(Request(1, new("urn:other", [new(1, 1)]))).Fault!.Subcode);
        Assert.Equal(ServiceStep.Deliver, service.Receive(Request(1)).Step);
    }

    [Fact]
    public void Close_WithAWrongLastNumberEndsTheSequence()
    {
        var service = Service();
        service.Complete(service.Receive(Request(1)).Exchange!, null);
        service.Complete(service.Receive(Request(2)).Exchange!, null);
        Assert.Equal("SequenceTerminated", service.End(new(SequenceEnd.Close, "urn:requests", 1), new())!.Subcode);
        Assert.True(service.IsOver);
    }

    [Fact]
    public void Close_IsRefusedWhileRepliesAreMissing()
    {
        var service = Service();
        Complete(service, service.Receive(Request(1)).Exchange!);
        Assert.Equal("SequenceTerminated", service.End(new(SequenceEnd.Close, "urn:requests", 1), new())!.Subcode);
    }

    [Fact]
    public void Close_TakesNoFurtherMessagesAndMayBeRepeated()
    {
        var service = Service();
        Complete(service, service.Receive(Request(1)).Exchange!);
        var final = new ReliableHeaders { Acknowledgement = Acknowledging(1, 1) };
        Assert.Null(service.End(new(SequenceEnd.Close, "urn:requests", 1), final));
        Assert.Equal("SequenceClosed", service.Receive(Request(2)).Fault!.Subcode);
        Assert.Null(service.End(new(SequenceEnd.Close, "urn:requests", 1), final));
        Assert.Null(service.End(new(SequenceEnd.Terminate, "urn:requests", 1), final));
        Assert.Null(service.End(new(SequenceEnd.Terminate, "urn:requests", 1), final));
    }

    [Fact]
    public void Service_ForgetsASilentSequence()
    {
        var service = Service();
        _clock.Advance(Settings.InactivityTimeout);
        service.EndIfInactive();
        Assert.False(service.IsOver);
        _clock.Advance(TimeSpan.FromTicks(1));
        service.EndIfInactive();
        Assert.True(service.IsOver);
        Assert.Equal(SequenceEndReason.Inactive, service.Outcome!.Reason);
    }

    [Fact]
    public void Client_SendsNoMoreThanTheWindow()
    {
        var client = Client();
        Assert.Equal([1, 2, 3, 4, null], Enumerable.Range(0, 5).Select(_ => client.TryBegin()));
        client.Finish(2);
        Assert.Null(client.TryBegin());
        client.Finish(1);
        Assert.Equal(5, client.TryBegin());
    }

    [Fact]
    public void Client_HeedsTheRoomOfTheService()
    {
        var client = Client();
        client.TryBegin();
        client.Receive(1, new() { Acknowledgement = new("urn:requests", [new(1, 1)]) { BufferRemaining = 0 } });
        Assert.Null(client.TryBegin());
        client.Finish(1);
        Assert.Equal(2, client.TryBegin());
        Assert.Null(client.TryBegin());
    }

    [Fact]
    public void Client_WithoutFlowControlSendsAllTheSame()
    {
        var client = Client(Settings with { FlowControlEnabled = false });
        client.TryBegin();
        client.Receive(1, new() { Acknowledgement = new("urn:requests", [new(1, 1)]) { BufferRemaining = 0 } });
        Assert.Equal(2, client.TryBegin());
    }

    [Fact]
    public void Client_RefusesAnAcknowledgementOfWhatItNeverSent()
    {
        var client = Client();
        client.TryBegin();
        var e = Assert.Throws<SecurityFailureException>(() =>
            client.Receive(1, new() { Acknowledgement = new("urn:requests", [new(1, 2)]) }));
        Assert.Equal(FailureCode.InvalidSequence, e.Code);
    }

    [Fact]
    public void Client_AcknowledgesRepliesInItsNextRequest()
    {
        var client = Client();
        client.TryBegin();
        Assert.Null(client.HeadersOf(1).Acknowledgement);
        var reply = new ReliableHeaders { Sequence = new("urn:replies", 1), Acknowledgement = new("urn:requests", [new(1, 1)]) };
        Assert.Equal(ClientStep.Finished, client.Receive(1, reply));
        Assert.Equal([new(1, 1)], client.HeadersOf(2).Acknowledgement!.Ranges);
    }

    [Fact]
    public void Client_TakesAnAcknowledgementForNoReply()
    {
        var client = Client();
        client.TryBegin();
        var acknowledged = new ReliableHeaders { Acknowledgement = new("urn:requests", [new(1, 1)]) };
        Assert.Equal(ClientStep.Acknowledged, client.Receive(1, acknowledged, needsReply: true));
        Assert.Equal(ClientStep.Finished, client.Receive(1, acknowledged));
    }

    /// <summary>Whoever holds back every second reply makes a gap of each.</summary>
    [Fact]
    public void Client_CountsAReplyBeyondItsRangesAsLost()
    {
        var client = Client(Settings with { MaxTransferWindowSize = 4096, FlowControlEnabled = false });
        for (var number = 1; number <= 2 * AcknowledgementRanges.Most + 1; number++)
        {
            client.TryBegin();
        }

        for (var gap = 0; gap < AcknowledgementRanges.Most; gap++)
        {
            Assert.Equal(ClientStep.Finished, client.Receive(2 * gap + 1, Reply(2 * gap + 1)));
        }

        Assert.Equal(ClientStep.Again, client.Receive(257, Reply(257)));
        Assert.Equal(ClientStep.Finished, client.Receive(2, Reply(2)));
        Assert.Equal(ClientStep.Finished, client.Receive(257, Reply(257)));

        static ReliableHeaders Reply(long number) => new()
        {
            Sequence = new("urn:replies", number),
            Acknowledgement = new("urn:requests", [new(1, number)]),
        };
    }

    [Fact]
    public void Client_WaitsTwiceAsLongEachTime()
    {
        var client = Client();
        Assert.Equal(TimeSpan.FromMilliseconds(410), client.RetryAfter(1));
        Assert.Equal(TimeSpan.FromMilliseconds(1640), client.RetryAfter(3));
        Assert.Equal(TimeSpan.FromSeconds(25), client.RetryAfter(9));
    }

    /// <summary>Somebody on the way may have held the answer back.</summary>
    [Fact]
    public void Client_WaitsNoLongerForASlowAnswer()
    {
        var client = Client();
        client.Measured(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromSeconds(25), client.RetryAfter(1));
    }

    private static void Complete(ServiceSequence service, ServiceExchange exchange)
    {
        var reply = new PooledBytes();
        service.BeginReply(exchange)!.Write(reply, SoapNames.Of(MessageVersion.Default), RmNames.V11);
        service.Complete(exchange, reply);
    }

    private static ReliableHeaders Request(long number, SequenceAcknowledgement? acknowledgement = null) =>
        new() { Sequence = new("urn:requests", number), Acknowledgement = acknowledgement };

    private static SequenceAcknowledgement Acknowledging(long lower, long upper) => new("urn:replies", [new(lower, upper)]);

    private static ClientSequence Client(ReliableSessionBindingElement? settings = null) =>
        new("urn:requests", "urn:replies", settings ?? Settings, RmNames.V11, TimeSpan.FromMilliseconds(10));

    private ServiceSequence Service(ReliableSessionBindingElement? settings = null) =>
        new("urn:requests", "urn:replies", settings ?? Settings, RmNames.V11, _clock, new FairBytes(1 << 20, "room"), new Owner("client"));
}
