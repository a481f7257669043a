using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Sessions;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

public sealed class NegotiationGateTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task Negotiation_BeyondTheQuota_IsRefusedAndTheNextGoesOn()
    {
        var gate = new NegotiationGate(new LocalServiceSecuritySettings { MaxStatefulNegotiations = 1 }, _clock);
        var first = new TaskCompletionSource<int>();
        var running = gate.RunAsync(new("somebody"), (_, _) => new ValueTask<int>(first.Task), default);

        // The one place is taken, so the next one waits; but no longer than a negotiation may take.
        var second = gate.RunAsync(new("somebody"), (_, _) => ValueTask.FromResult(2), default).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(second.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        var refused = await Assert.ThrowsAsync<SecurityFailureException>(() => second);
        Assert.Equal(FailureCode.ServiceTooBusy, refused.Code);

        first.SetResult(1);
        Assert.Equal(1, await running);
        Assert.Equal(3, await gate.RunAsync(new("somebody"), (_, _) => ValueTask.FromResult(3), default));
    }

    /// <summary>
    /// The clock stands still, so no turn ends by itself: all places wait for validators, more handshakes wait for places, and messages of
    /// another endpoint of the process have their turns all the same.
    /// </summary>
    [Fact]
    public async Task NegotiationsThatWaitForValidators_HoldNoTurn()
    {
        var gate = new NegotiationGate(new LocalServiceSecuritySettings { MaxStatefulNegotiations = 8 }, _clock);
        var validator = new TaskCompletionSource<int>();
        var running = Enumerable.Range(0, 40).Select(i => gate.RunAsync(new($"{i % 10}"), (_, _) => new ValueTask<int>(validator.Task), default).AsTask()).ToArray();
        Assert.Equal(8, gate.Working);

        var elsewhere = new PrivateKeyTurns(16, "line", _clock);
        for (var i = 0; i < 20; i++)
        {
            var turn = elsewhere.EnterAsync(new("alice"), default);
            Assert.True(turn.IsCompleted);
            (await turn).Dispose();
        }

        validator.SetResult(1);
        Assert.Equal(40, (await Task.WhenAll(running)).Sum());
        Assert.Equal(0, gate.Working);
    }

    /// <summary>Who has filled his share of the places waits, and holds up nobody behind him.</summary>
    [Fact]
    public async Task PlacesOfOneSender_LeaveRoomForOthers()
    {
        var gate = new NegotiationGate(new LocalServiceSecuritySettings { MaxStatefulNegotiations = 16 }, _clock);
        var validator = new TaskCompletionSource<int>();
        var mallory = Enumerable.Range(0, 100).Select(_ => gate.RunAsync(new("mallory"), (_, _) => new ValueTask<int>(validator.Task), default).AsTask()).ToArray();
        Assert.Equal(12, gate.Working);

        Assert.Equal(2, await gate.RunAsync(new("alice"), (_, _) => ValueTask.FromResult(2), default));

        validator.SetResult(1);
        await Task.WhenAll(mallory);
    }

    [Fact]
    public async Task Negotiation_ThatTakesTooLong_IsGivenUp()
    {
        var gate = new NegotiationGate(new LocalServiceSecuritySettings { NegotiationTimeout = TimeSpan.FromSeconds(5) }, _clock);
        var running = gate.RunAsync(new("somebody"), async (_, token) => { await Task.Delay(Timeout.Infinite, token); return 0; }, default);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(FailureCode.ServiceTooBusy, (await Assert.ThrowsAsync<SecurityFailureException>(async () => await running)).Code);
    }

    [Fact]
    public async Task Negotiation_CancelledByItsCaller_IsCancelled()
    {
        var gate = new NegotiationGate(new LocalServiceSecuritySettings(), _clock);
        using var source = new CancellationTokenSource();
        var running = gate.RunAsync(new("somebody"), async (_, token) => { await Task.Delay(Timeout.Infinite, token); return 0; }, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await running);
    }

    /// <summary>Five hundred clients start together: each waits for its turn, and none is refused.</summary>
    [Fact]
    public async Task Burst_OfOneMachine_FindsRoom()
    {
        var gate = new NegotiationGate(new LocalServiceSecuritySettings(), _clock);
        var running = Enumerable.Range(0, 500).Select(i => Task.Run(async () => await gate.RunAsync(new("site"), async (_, _) =>
        {
            await Task.Yield();
            return i;
        }, default), TestContext.Current.CancellationToken)).ToArray();
        Assert.Equal(Enumerable.Range(0, 500), await Task.WhenAll(running));
    }

    /// <summary>Those who wait are limited too, and shared: whoever fills his share leaves room for others.</summary>
    [Fact]
    public async Task Line_OfOneSender_LeavesRoomForOthers()
    {
        var gate = new NegotiationGate(new LocalServiceSecuritySettings { MaxStatefulNegotiations = 16 }, _clock);
        using var blocked = new ManualResetEventSlim();
        var turns = PrivateKeyTurns.AtOnce;
        var busy = Enumerable.Range(0, turns).Select(i => Task.Run(async () => await gate.RunAsync(new($"{i}"), (_, _) =>
        {
            blocked.Wait(CancellationToken.None);
            return ValueTask.FromResult(0);
        }, default), TestContext.Current.CancellationToken)).ToArray();
        while (gate.Working < turns)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        var mallory = Enumerable.Range(0, 256).Select(_ => gate.RunAsync(new("mallory"), (_, _) => ValueTask.FromResult(1), default).AsTask()).ToArray();
        Assert.InRange(mallory.Count(t => t.IsFaulted), 60, 68);
        var alice = gate.RunAsync(new("alice"), (_, _) => ValueTask.FromResult(2), default).AsTask();
        Assert.False(alice.IsFaulted);
        blocked.Set();
        Assert.Equal(2, await alice);
        await Task.WhenAll(busy);
        await Task.WhenAll(mallory.Where(t => !t.IsFaulted));
    }
}
