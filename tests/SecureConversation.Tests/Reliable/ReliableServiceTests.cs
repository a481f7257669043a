using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Engine.Quota;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Reliable;

/// <summary>What a service keeps of reliable sessions, and what its owner learns.</summary>
public sealed class ReliableServiceTests
{
    private readonly RecordedLog _log = RecordedLog.Current;

    [Fact]
    public async Task RepliesThatNobodyAcknowledges_TakeNoMoreThanTheLimit()
    {
        using var scene = new ReliableScene(options: Options(maxKeptReplyBytes: 40_000));
        scene.Reply = () => new string('x', 4000);
        var dropped = 0;
        for (var i = 0; i < 4; i++)
        {
            var (session, sequence) = await scene.OpenAsync();
            for (var number = 1; number <= 4; number++)
            {
                using var answer = await scene.CallAsync(session, sequence, number);
                dropped += answer.Message is null ? 1 : 0;
            }
        }

        // Three quarters of the limit have room for the memory of three of them.
        Assert.Equal((3, 13), (scene.Executed, dropped));
        Assert.Contains(_log.Entries, e => e.Id == 94 && e.Text.Contains("MaxKeptReplyBytes", StringComparison.Ordinal));
    }

    /// <summary>Its request is executed by then, and others hold more.</summary>
    [Fact]
    public async Task ReplyThatFindsNoRoom_EndsTheSequenceThatHoldsMost_AndItsOwnerLearnsIt()
    {
        using var counted = new Counted("room");
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var scene = new ReliableScene(options: Options("room", clock, maxKeptReplyBytes: 28_000), clock: clock);
        var (greedy, first) = await scene.OpenAsync();
        var (session, second) = await scene.OpenAsync();
        var dispatches = new List<ServiceResult.Dispatch>();
        foreach (var (from, request) in new[] { (greedy, scene.Request(first, 1)), (greedy, scene.Request(first, 2)), (session, scene.Request(second, 1)) })
        {
            using var secured = from.Secure(request);
            // An ordered request waits for the one before.
            var received = scene.Service.ReceiveAsync(secured.Envelope.ToArray(), TestContext.Current.CancellationToken);
            dispatches.ForEach(Answer);
            dispatches = [Assert.IsType<ServiceResult.Dispatch>(await received)];
        }

        // Both sequences are those of one client.
        clock.Advance(FairBytes.Patience);
        dispatches.ForEach(Answer);
        Assert.Equal(1, counted["ended_sequences RepliesNotAcknowledged"]);
        Assert.Contains(_log.Entries, e => e.Id == 92 && e.Text.Contains(first, StringComparison.Ordinal));
        using var repeated = await scene.CallAsync(session, second, 1);
        Assert.False(repeated.Message!.IsFault);

        static void Answer(ServiceResult.Dispatch dispatch)
        {
            using (dispatch)
            using (dispatch.Secure(Loopback.Reply(MessageVersion.Default, $"<R xmlns=\"urn:e\">{new string('x', 4000)}</R>")))
            {
            }
        }
    }

    /// <summary>It would end the process, by a timer, and leave the others unswept.</summary>
    [Fact]
    public async Task ALogThatFails_EndsNoSweep()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var counted = new Counted("failing log");
        using var scene = new ReliableScene(options: Options("failing log", clock, TimeSpan.FromDays(1)), clock: clock);
        for (var i = 0; i < 2; i++)
        {
            var (session, sequence) = await scene.OpenAsync();
            using var answer = await scene.CallAsync(session, sequence, 1);
        }

        _log.Logged += e => _ = e.Id == 91 ? throw new InvalidOperationException("The log is full.") : true;
        clock.Advance(TimeSpan.FromMinutes(10));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((2, 0, 0), (counted["ended_sequences Inactive"], counted["open_sequences"], counted["kept_reply_bytes"]));
    }

    [Fact]
    public async Task AcknowledgedReplies_MakeRoom()
    {
        using var scene = new ReliableScene(options: Options(maxKeptReplyBytes: 20_000));
        scene.Reply = () => new string('x', 4000);
        var (session, sequence) = await scene.OpenAsync();
        string? acknowledgement = null;
        for (var number = 1; number <= 10; number++)
        {
            using var answer = await scene.CallAsync(session, sequence, number, acknowledgement);
            acknowledgement = Acknowledging(number, Offer(answer.Message!));
        }

        Assert.Equal(10, scene.Executed);
    }

    [Fact]
    public async Task SilentSequence_EndsWithoutAnotherMessage_AndItsClientLearnsWhy()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var counted = new Counted("silent");
        using var scene = new ReliableScene(options: Options("silent", clock, TimeSpan.FromDays(1)), clock: clock);
        var (session, sequence) = await scene.OpenAsync();
        using (await scene.CallAsync(session, sequence, 1))
        {
        }

        Assert.Equal(1, counted["open_sequences"]);
        Assert.True(counted["kept_reply_bytes"] > 0);
        clock.Advance(TimeSpan.FromMinutes(10));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((1, 0, 0), (counted["ended_sequences Inactive"], counted["open_sequences"], counted["kept_reply_bytes"]));
        Assert.Equal(1, scene.Service.SessionCount);
        using var late = await scene.CallAsync(session, sequence, 2);
        Assert.Contains("InactivityTimeout", late.Message!.ReadFault()!.Reason, StringComparison.Ordinal);
        Assert.Equal(1, scene.Executed);
    }

    [Fact]
    public async Task SequenceThatBreaksTheProtocol_IsOver_AndItsOwnerLearnsWhy()
    {
        using var scene = new ReliableScene(options: Options());
        var (session, sequence) = await scene.OpenAsync();
        using (await scene.CallAsync(session, sequence, 1))
        {
        }

        using var fault = await scene.EndAsync(session, sequence, "CloseSequence", 5);
        Assert.Contains("SequenceTerminated", fault.Message!.ReadFault()!.Subcode, StringComparison.Ordinal);
        Assert.Contains(_log.Entries, e => e.Id == 92 && e.Text.Contains("acknowledged", StringComparison.Ordinal) && e.Text.Contains(sequence, StringComparison.Ordinal));
    }

    /// <summary>Whoever ends a sequence should name its last message, and need not (WS-ReliableMessaging 1.1 section 3.5).</summary>
    [Fact]
    public async Task EndWithoutTheLastNumber_IsTaken()
    {
        using var scene = new ReliableScene(options: Options()) { Reply = () => null };
        var (session, sequence) = await scene.OpenAsync();
        using (await scene.CallAsync(session, sequence, 1))
        {
        }

        foreach (var name in new[] { "CloseSequence", "TerminateSequence" })
        {
            using var answer = await scene.EndAsync(session, sequence, name, last: null);
            Assert.False(answer.Message!.IsFault);
            Assert.Equal($"{ReliableScene.Rm11}/{name}Response", answer.Message.Action);
        }
    }

    [Fact]
    public async Task ASessionThatHadASequence_GetsNoOther()
    {
        using var counted = new Counted("another");
        using var scene = new ReliableScene(options: Options("another"));
        var (session, sequence) = await scene.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            using (await scene.EndAsync(session, sequence, "TerminateSequence", 5))
            {
            }

            await Assert.ThrowsAsync<SecureConversationException>(() => scene.OpenAnotherAsync(session));
        }

        Assert.Equal((1, 1), (counted["opened_sequences"], counted["ended_sequences Faulted"]));
    }

    [Fact]
    public async Task AnEndedSession_EndsItsSequence()
    {
        using var counted = new Counted("ended");
        using var scene = new ReliableScene(options: Options("ended"));
        var (session, sequence) = await scene.OpenAsync();
        ServiceSession? ofService = null;
        using (var secured = session.Secure(scene.Request(sequence, 1)))
        {
            using var result = await scene.Service.ReceiveAsync(secured.Envelope.ToArray(), TestContext.Current.CancellationToken);
            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            Assert.Equal(sequence, dispatch.SequenceId);
            ofService = dispatch.Session!;
            await scene.Service.AbortAsync(ofService);

            // The application answers all the same, and its client learns that this is kept for nobody.
            using var late = dispatch.Secure(Loopback.Reply(MessageVersion.Default));
            Assert.True(late.IsFault);
        }

        Assert.Equal((1, 0, 0), (counted["ended_sequences SessionClosed"], counted["open_sequences"], counted["kept_reply_bytes"]));
    }

    [Fact]
    public async Task RepeatedAndEarlyRequests_AreCountedAndNoRefusals()
    {
        using var counted = new Counted("counted");
        using var scene = new ReliableScene(options: Options("counted"));
        var (session, sequence) = await scene.OpenAsync();
        foreach (var number in new[] { 1, 1, 1, 3, 2, 3 })
        {
            using (await scene.CallAsync(session, sequence, number))
            {
            }
        }

        Assert.Equal(3, scene.Executed);
        Assert.Equal((2, 1, 0), (counted["repeated_replies"], counted["dropped_messages Early"], counted["refused_messages"]));
    }

    [Fact]
    public async Task ReplyThatCannotBeProtected_IsReplacedByAnother_AlsoForARepetition()
    {
        using var scene = new ReliableScene();
        var (session, sequence) = await scene.OpenAsync();
        var request = scene.Request(sequence, 1);
        using (var secured = session.Secure(request))
        {
            using var result = await scene.Service.ReceiveAsync(secured.Envelope.ToArray(), TestContext.Current.CancellationToken);
            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            Assert.Throws<ArgumentException>(() => dispatch.Secure(Encoding.UTF8.GetBytes("<no envelope/>")));
            using var reply = dispatch.Secure(Loopback.Reply(MessageVersion.Default, "<Second xmlns=\"urn:e\"/>"));
            Assert.False(reply.IsFault);
        }

        using var again = await scene.SendAsync(session, request);
        Assert.Contains("<Second", Encoding.UTF8.GetString(again.Message!.Envelope.Span), StringComparison.Ordinal);
    }

    private static string Offer(VerifiedMessage reply) =>
        Regex.Match(Encoding.UTF8.GetString(reply.Envelope.Span), "Sequence[^>]*><[^>]*Identifier>([^<]*)<").Groups[1].Value;

    private static string Acknowledging(long upper, string offer) => $"<r:SequenceAcknowledgement xmlns:r=\"{ReliableScene.Rm11}\">"
        + $"<r:Identifier>{offer}</r:Identifier><r:AcknowledgementRange Lower=\"1\" Upper=\"{upper}\"/></r:SequenceAcknowledgement>";

    private MessageSecurityServiceOptions Options(string? name = null, TimeProvider? clock = null, TimeSpan? idle = null, long maxKeptReplyBytes = 1 << 20) => new()
    {
        FailureAnswers = Loopback.AtOnce,
        LoggerFactory = _log,
        EndpointName = name,
        MaxKeptReplyBytes = maxKeptReplyBytes,
        TimeProvider = clock ?? TimeProvider.System,
        SessionIdleTimeout = idle ?? TimeSpan.FromMinutes(10),
    };

    /// <summary>The measurements of one endpoint, by the name of the instrument and the reason.</summary>
    private sealed class Counted : IDisposable
    {
        private readonly ConcurrentDictionary<string, long> _sums = new();
        private readonly MeterListener _listener;
        private readonly Lock _lock = new();

        public Counted(string endpoint)
        {
            _listener = new MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (instrument.Meter.Name == "SecureConversation")
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                var all = tags.ToArray();
                if (all.Any(t => t.Key == "endpoint" && t.Value as string == endpoint))
                {
                    var name = instrument.Name["secureconversation.".Length..] + (all.FirstOrDefault(t => t.Key == "reason").Value is { } reason ? $" {reason}" : "");
                    lock (_lock)
                    {
                        _sums[name] = instrument.IsObservable ? value : _sums.GetValueOrDefault(name) + value;
                    }
                }
            });
            _listener.Start();
        }

        public long this[string name]
        {
            get
            {
                _listener.RecordObservableInstruments();
                return _sums.GetValueOrDefault(name);
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
