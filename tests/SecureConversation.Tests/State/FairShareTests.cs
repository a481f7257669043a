using SecureConversation.Engine.Quota;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>Places and turns: nobody gets all of them, and what is given back can be had again.</summary>
public sealed class FairShareTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void OneOwner_GetsThreeQuartersAndLeavesTheRest()
    {
        var quota = new FairQuota(128, "Places");
        Assert.Equal(96, Take(quota, "flood", 128));
        Assert.Equal("Places, share of the sender", quota.TryTake("flood"));
        Assert.Equal(24, Take(quota, "honest", 128));
        Assert.Equal(1, Take(quota, "late", 1));
        quota.Release("late");
        for (var i = 0; i < 24; i++)
        {
            quota.Release("honest");
        }

        Assert.Equal("Places, share of the sender", quota.TryTake("flood"));
        quota.Release("flood");
        Assert.Null(quota.TryTake("flood"));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    public void FewPlaces_AreUsed(int places, int taken) => Assert.Equal(taken, Take(new FairQuota(places, "Places"), "somebody", 10));

    [Fact]
    public void AllPlaces_CanBeTakenByMany()
    {
        var quota = new FairQuota(20, "Places");
        Assert.Equal(20, Enumerable.Range(0, 100).Sum(i => Take(quota, $"{i}", 1)));
        Assert.Equal("Places", quota.TryTake("late"));
    }

    [Fact]
    public async Task Turns_GoFromOwnerToOwner()
    {
        var turns = new FairTurns(1, TimeSpan.FromMinutes(1), _clock);
        var first = await turns.EnterAsync("flood", default);
        var order = new List<string>();
        var running = new List<Task>();
        foreach (var owner in new[] { "flood", "flood", "flood", "honest", "other" })
        {
            running.Add(RunAsync(owner));
        }

        first.Dispose();
        await Task.WhenAll(running);
        Assert.Equal(["flood", "honest", "other", "flood", "flood"], order);

        async Task RunAsync(string owner)
        {
            using var turn = await turns.EnterAsync(owner, default);
            order.Add(owner);
        }
    }

    [Fact]
    public async Task Turn_WhoseWorkWaits_Ends()
    {
        var turns = new FairTurns(1, TimeSpan.FromMilliseconds(50), _clock);
        using var blocked = await turns.EnterAsync("slow", default);
        var next = turns.EnterAsync("next", default).AsTask();
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        using var turn = await next;

        // It ends once only.
        blocked.Dispose();
        Assert.False(turns.EnterAsync("third", default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Waiting_ThatIsGivenUp_TakesNoTurn()
    {
        var turns = new FairTurns(1, TimeSpan.FromMinutes(1), _clock);
        var first = await turns.EnterAsync("one", default);
        using var source = new CancellationTokenSource();
        var given = turns.EnterAsync("two", source.Token).AsTask();
        var next = turns.EnterAsync("three", default).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        first.Dispose();
        using var turn = await next;
    }

    private static int Take(FairQuota quota, string owner, int count) => Enumerable.Range(0, count).Count(_ => quota.TryTake(owner) is null);
}
