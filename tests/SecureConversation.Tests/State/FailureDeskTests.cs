using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Engine.Schedule;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>The room in which refusals wait is shared by address: who fills it loses his own part of it, and nobody's step gets shorter.</summary>
public sealed class FailureDeskTests : IDisposable
{
    private static readonly IPAddress Mallory = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Eve = IPAddress.Parse("198.51.100.1");

    private readonly ManualTimeProvider _clock = new();
    private readonly FailureDesk _desk;

    public FailureDeskTests() => _desk = new FailureDesk(new FailureAnswerOptions(), _clock, NullLogger.Instance);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HalfFullRoom_LeavesTheStepsOfFailuresAsTheyAre(bool isSameAddress)
    {
        Fill(Mallory, 200, counts: true);
        Fill(Mallory, 6000, counts: false);
        var asker = isSameAddress ? Mallory : Eve;
        var waits = Enumerable.Range(0, 40).Select(_ => WaitAsync(asker, "victim", counts: true)).ToArray();
        _clock.Advance(TimeSpan.FromMilliseconds(35));
        if (!isSameAddress)
        {
            await Task.WhenAll(waits[..16]).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }

        Assert.All(waits[16..], wait => Assert.False(wait.IsCompleted));
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.All(waits[16..], wait => Assert.False(wait.IsCompleted));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(waits).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task OneAddress_FillsItsShareOfTheRoomAndLeavesTheRest()
    {
        Fill(Mallory, 7600, counts: true);
        Assert.True(_desk.IsFull(Mallory));
        Assert.False(_desk.IsFull(Eve));
        Assert.False(_desk.IsFull(null));
        var last = WaitAsync(Mallory, null, counts: true);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await last.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        while (_desk.IsFull(Mallory))
        {
            await Task.Yield();
        }
    }

    [Fact]
    public void OneNetwork_FillsItsShareOfTheRoomAndLeavesTheRest()
    {
        for (var i = 0; i < 8600; i++)
        {
            Fill(IPAddress.Parse($"2001:db8:1:{i:x}::1"), 1, counts: false);
        }

        Assert.True(_desk.IsFull(IPAddress.Parse("2001:db8:1:ffff::1")));
        Assert.False(_desk.IsFull(IPAddress.Parse("2001:db8:2::1")));
        Assert.False(_desk.IsFull(Eve));
    }

    /// <summary>They cost their sender little, and keep nobody behind his address out.</summary>
    [Fact]
    public async Task RefusalsThatTellNothing_WaitLongInAPartOfTheRoomOnly()
    {
        Fill(Mallory, 200, counts: true);
        _clock.Advance(TimeSpan.FromSeconds(2));
        var waits = Enumerable.Range(0, 6000).Select(_ => WaitAsync(Mallory, null, counts: false)).ToArray();
        _clock.Advance(TimeSpan.FromMilliseconds(35));
        await Task.WhenAll(waits[3750..]).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.All(waits[..3000], wait => Assert.False(wait.IsCompleted));
    }

    /// <summary>Whoever sends rubbish on many connections gets fewer answers; nobody else waits longer, and neither do failures of keys.</summary>
    [Fact]
    public async Task ThousandsOfRefusalsThatTellNothing_MakeTheNextOnesOfTheirAddressWait()
    {
        for (var i = 0; i < 3; i++)
        {
            Fill(Mallory, 1024, counts: false);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var his = WaitAsync(Mallory, null, counts: false);
        Task[] others = [WaitAsync(Eve, null, counts: false), WaitAsync(Mallory, null, counts: true)];
        _clock.Advance(TimeSpan.FromMilliseconds(150));
        await Task.WhenAll(others).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(his.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(60));
        await his.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    public void Dispose() => _desk.Dispose();

    private void Fill(IPAddress address, int count, bool counts)
    {
        for (var i = 0; i < count; i++)
        {
            _ = WaitAsync(address, null, counts);
        }
    }

    private Task WaitAsync(IPAddress address, string? context, bool counts) =>
        _desk.WaitAsync(_desk.Arrive(), context, null, address, counts, TestContext.Current.CancellationToken);
}
