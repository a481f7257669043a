using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Reliable;

/// <summary>
/// Requests of reliable sessions that the service or the transport refuses, or seems to: as often as somebody on the way can bring that
/// about without keys it is a loss, and after that the call fails with the reason.
/// </summary>
public sealed class RefusedRequestTests
{
    /// <summary>
    /// Somebody adds a header block that has to be understood: the service refuses the request by a fault that is protected as a reply.
    /// </summary>
    [Theory]
    [MemberData(nameof(ReliableSessionTests.Versions), MemberType = typeof(ReliableSessionTests))]
    public async Task FaultsForWhatNothingSigned_EndNoReliableSession(ReliableMessagingVersion version)
    {
        await using var way = new LossyWay(new() { ReliableMessagingVersion = version }, loss: 0);
        await way.OpenAsync();
        var changed = 0;
        way.OnRequest = wire => changed++ < 2 ? WithAddedBlock(wire) : wire;
        Assert.Equal("x", await way.CallAsync("x"));
        Assert.Null(way.Reliable.Failure);
        Assert.Equal("y", await way.CallAsync("y"));
        changed = 1;
        await way.Reliable.CloseAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 1], way.Executed.Values);
    }

    /// <summary>A request that the service refuses each time fails with its fault, and not after all retries.</summary>
    [Fact]
    public async Task RequestThatIsAlwaysRefused_FailsWithTheFault()
    {
        await using var way = await OpenAsync();
        var changed = 0;
        way.OnRequest = wire =>
        {
            changed++;
            return WithAddedBlock(wire);
        };
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => way.CallAsync("x"));
        Assert.Equal((3, "MustUnderstand"), (changed, e.Fault!.Code[(e.Fault.Code.IndexOf('}', StringComparison.Ordinal) + 1)..]));
        Assert.Same(e, way.Reliable.Failure);
        Assert.Empty(way.Executed);
    }

    /// <summary>The service has those before it, and takes none after it.</summary>
    [Fact]
    public async Task ARequestThatTheTransportRefuses_FailsNoCallBeforeIt()
    {
        await using var way = await OpenAsync();
        var work = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        way.Work = work.Task;
        var first = way.CallAsync("first");
        var (refused, attempts) = (new TaskCompletionSource(), 0);
        var second = way.Reliable.CallAsync(
            Loopback.RequestWithId(way.Binding.MessageVersion, "urn:uuid:large", "<Echo xmlns=\"urn:e\"/>"),
            (_, _) =>
            {
                if (++attempts == 3)
                {
                    refused.SetResult();
                }

                return Task.FromResult(new ReliableAnswer(null, null) { Refusal = new IOException("Too large.") });
            },
            cancellationToken: TestContext.Current.CancellationToken);
        await refused.Task;
        while (way.Reliable.Failure is null && !second.IsCompleted)
        {
            var e = await Record.ExceptionAsync(() => way.CallAsync("third").WaitAsync(TimeSpan.FromMilliseconds(50)));
            if (e is SecureConversationException { Code: FailureCode.SequenceTerminated })
            {
                break;
            }
        }

        Assert.False(second.IsCompleted);
        work.SetResult();
        Assert.Equal("first", await first);
        Assert.Equal(FailureCode.LimitExceeded, (await Assert.ThrowsAsync<SecureConversationException>(() => second)).Code);
        Assert.Equal(["first"], way.Executed.Keys);
    }

    /// <summary>Three in a row are believed, whatever they are; fewer are losses.</summary>
    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task ACallThatTheTransportRefuses_FailsAtOnce(bool isReply, bool ordered)
    {
        await using var way = new LossyWay(new() { Ordered = ordered }, loss: 0);
        await way.OpenAsync();
        var reason = new IOException("Too large.");
        var attempts = 0;
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => CallAsync(int.MaxValue));
        Assert.Equal((FailureCode.LimitExceeded, 3), (e.Code, attempts));
        Assert.Same(reason, e.InnerException);
        if (!isReply)
        {
            Assert.Same(e, way.Reliable.Failure);
            var ended = await Assert.ThrowsAsync<SecureConversationException>(() => way.CallAsync("y"));
            Assert.Contains("Too large.", ended.ToString(), StringComparison.Ordinal);
            return;
        }

        attempts = 0;
        using (var answer = await CallAsync(2))
        {
            Assert.NotNull(answer.Message);
        }

        Assert.Null(way.Reliable.Failure);
        Assert.Equal(3, attempts);

        Task<ReliableAnswer> CallAsync(int refusals) => way.Reliable.CallAsync(
            Loopback.RequestWithId(way.Binding.MessageVersion, $"urn:uuid:{Guid.NewGuid()}", "<Echo xmlns=\"urn:e\">x</Echo>"),
            async (plain, _) =>
            {
                if (++attempts > refusals)
                {
                    return await way.SendAsync(plain);
                }

                // The service has a request whose reply is refused.
                using var lost = isReply ? await way.SendAsync(plain) : null;
                return new ReliableAnswer(null, null) { Refusal = reason, IsReplyRefused = isReply };
            },
            cancellationToken: TestContext.Current.CancellationToken);
    }

    /// <summary>Anybody on the way can keep a request and answer with too much: the service says that it has not got it.</summary>
    [Fact]
    public async Task ALargeReplyToARequestThatNeverArrived_EndsTheSessionAtOnce()
    {
        await using var way = new LossyWay(new(), loss: 0);
        await way.OpenAsync();
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => way.Reliable.CallAsync(
            Loopback.RequestWithId(way.Binding.MessageVersion, "urn:uuid:kept", "<Echo xmlns=\"urn:e\">x</Echo>"),
            (_, _) => Task.FromResult(new ReliableAnswer(null, null) { Refusal = new IOException("Too large."), IsReplyRefused = true }),
            cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(FailureCode.LimitExceeded, e.Code);
        Assert.Same(e, way.Reliable.Failure);
        Assert.Empty(way.Executed);
    }

    private static async Task<LossyWay> OpenAsync()
    {
        var way = new LossyWay(new() { ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessaging11 }, loss: 0);
        await way.OpenAsync();
        return way;
    }

    private static byte[] WithAddedBlock(byte[] wire) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(wire).Replace(
        "</s:Header>", "<x:h xmlns:x=\"urn:x\" s:mustUnderstand=\"1\"/></s:Header>", StringComparison.Ordinal));
}
