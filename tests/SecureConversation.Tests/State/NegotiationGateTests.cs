using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Handshake;
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
        var running = gate.RunAsync(new("somebody"), _ => new ValueTask<int>(first.Task), default);

        var refused = await Assert.ThrowsAsync<SecurityFailureException>(async () => await gate.RunAsync(new("somebody"), _ => ValueTask.FromResult(2), default));
        Assert.Equal(FailureCode.ServiceTooBusy, refused.Code);

        first.SetResult(1);
        Assert.Equal(1, await running);
        Assert.Equal(3, await gate.RunAsync(new("somebody"), _ => ValueTask.FromResult(3), default));
    }

    [Fact]
    public async Task Negotiation_ThatTakesTooLong_IsGivenUp()
    {
        var gate = new NegotiationGate(new LocalServiceSecuritySettings { NegotiationTimeout = TimeSpan.FromSeconds(5) }, _clock);
        var running = gate.RunAsync(new("somebody"), async token => { await Task.Delay(Timeout.Infinite, token); return 0; }, default);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(FailureCode.ServiceTooBusy, (await Assert.ThrowsAsync<SecurityFailureException>(async () => await running)).Code);
    }

    [Fact]
    public async Task Negotiation_CancelledByItsCaller_IsCancelled()
    {
        var gate = new NegotiationGate(new LocalServiceSecuritySettings(), _clock);
        using var source = new CancellationTokenSource();
        var running = gate.RunAsync(new("somebody"), async token => { await Task.Delay(Timeout.Infinite, token); return 0; }, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await running);
    }
}
