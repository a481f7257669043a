using System.Net;
using System.Text;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Tokens;
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
        Assert.Equal("Places, share of the sender", quota.TryTake(new Owner("flood")));
        Assert.Equal(24, Take(quota, "honest", 128));
        Assert.Equal(1, Take(quota, "late", 1));
        quota.Release(new Owner("late"));
        for (var i = 0; i < 24; i++)
        {
            quota.Release(new Owner("honest"));
        }

        Assert.Equal("Places, share of the sender", quota.TryTake(new Owner("flood")));
        quota.Release(new Owner("flood"));
        Assert.Null(quota.TryTake(new Owner("flood")));
    }

    /// <summary>Whoever holds most is known without a look at the others, whatever comes and goes.</summary>
    [Fact]
    public void OwnerWhoHoldsMost_IsKnown()
    {
        var random = new Random(1);
        var quota = new FairQuota(1000, "Places");
        var held = new int[6];
        for (var i = 0; i < 5000; i++)
        {
            var one = random.Next(held.Length);
            if (held[one] > 0 && random.Next(2) == 0)
            {
                quota.Release(new Owner($"{one}"));
                held[one]--;
            }
            else if (quota.TryTake(new Owner($"{one}")) is null)
            {
                held[one]++;
            }

            Assert.All(held, (n, o) => Assert.Equal(n == held.Max(), quota.HoldsMost(new Owner($"{o}"))));
        }
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
        Assert.Equal("Places", quota.TryTake(new Owner("late")));
    }

    [Fact]
    public async Task Turns_GoFromOwnerToOwner()
    {
        var turns = new FairTurns(1, TimeSpan.FromMinutes(1), _clock);
        var first = await turns.EnterAsync(new Owner("flood"), default);
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
            using var turn = await turns.EnterAsync(new Owner(owner), default);
            order.Add(owner);
        }
    }

    [Fact]
    public async Task Turn_WhoseWorkWaits_Ends()
    {
        var turns = new FairTurns(1, TimeSpan.FromMilliseconds(50), _clock);
        using var blocked = await turns.EnterAsync(new Owner("slow"), default);
        var next = turns.EnterAsync(new Owner("next"), default).AsTask();
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        using var turn = await next;

        // It ends once only.
        blocked.Dispose();
        Assert.False(turns.EnterAsync(new Owner("third"), default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Waiting_ThatIsGivenUp_TakesNoTurn()
    {
        var turns = new FairTurns(1, TimeSpan.FromMinutes(1), _clock);
        var first = await turns.EnterAsync(new Owner("one"), default);
        using var source = new CancellationTokenSource();
        var given = turns.EnterAsync(new Owner("two"), source.Token).AsTask();
        var next = turns.EnterAsync(new Owner("three"), default).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        first.Dispose();
        using var turn = await next;
    }

    [Fact]
    public async Task ManyWaiting_ThatGiveUp_LeaveNothingBehind()
    {
        var turns = new FairTurns(1, TimeSpan.FromMinutes(1), _clock);
        var first = await turns.EnterAsync(new Owner("one"), default);
        var next = turns.EnterAsync(new Owner("patient"), default).AsTask();
        for (var i = 0; i < 10_000; i++)
        {
            using var source = new CancellationTokenSource();
            var given = turns.EnterAsync(new Owner($"{i % 100}", $"{i % 10}"), source.Token).AsTask();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        }

        Assert.Equal(1, turns.Waiting);
        first.Dispose();
        (await next).Dispose();
        Assert.Equal(0, turns.Waiting);
        (await turns.EnterAsync(new Owner("last"), default)).Dispose();
    }

    /// <summary>Whoever has a site of 48 bits has 65,536 networks of 64.</summary>
    [Fact]
    public void ManyOwnersOfOneNetwork_GetTwiceAsMuchAsOneAndLeaveTheRest()
    {
        var quota = new FairQuota(7000, "Places");
        Assert.Equal(6000, Enumerable.Range(0, 65_536).Count(i => quota.TryTake(new Owner($"{i}", "site")) is null));
        Assert.Equal("Places, share of the sender", quota.TryTake(new Owner("one more", "site")));
        Assert.Equal(750, Take(quota, "honest", 1000));
        foreach (var i in Enumerable.Range(0, 6000))
        {
            quota.Release(new Owner($"{i}", "site"));
        }

        Assert.Equal(1000, Enumerable.Range(0, 1000).Count(i => quota.TryTake(new Owner($"{i}", "site")) is null));
    }

    [Fact]
    public async Task Turns_GoFromNetworkToNetwork()
    {
        var turns = new FairTurns(1, TimeSpan.FromMinutes(1), _clock);
        var first = await turns.EnterAsync(new Owner("one"), default);
        var order = new List<string>();
        var running = new List<Task>();
        foreach (var owner in new Owner[] { new("a", "site"), new("a", "site"), new("b", "site"), new("c", "site"), new("honest"), new("other", "elsewhere") })
        {
            running.Add(RunAsync(owner));
        }

        first.Dispose();
        await Task.WhenAll(running);
        Assert.Equal(["a", "honest", "other", "b", "c", "a"], order);

        async Task RunAsync(Owner owner)
        {
            using var turn = await turns.EnterAsync(owner, default);
            order.Add(owner.Name);
        }
    }

    [Theory]
    [InlineData("Alice", "ALICE", true)]
    [InlineData("alice", " alice ", true)]
    [InlineData("alice", "al\u200Bice", true)]
    [InlineData("\u00E9mile", "\u00C9MILE", true)]
    [InlineData("alice", "alicia", false)]
    public void SpellingsOfOneUserName_AreOneOwner(string one, string other, bool same) => Assert.Equal(same,
        Owner.NameOfUser(ClientIdentity.FromUserName(one)) == Owner.NameOfUser(ClientIdentity.FromUserName(other)));

    /// <summary>Where globalization is invariant, the platform has no tables of them; then their address limits them together.</summary>
    [Theory]
    [InlineData("caf\u00E9", "cafe\u0301")]
    [InlineData("\uFF41lice", "alice")]
    public void CompatibleFormsOfOneUserName_AreOneOwnerWhereThePlatformKnowsThem(string one, string other) => Assert.Equal(
        "\uFF41".Normalize(NormalizationForm.FormKC) == "a",
        Owner.NameOfUser(ClientIdentity.FromUserName(one)) == Owner.NameOfUser(ClientIdentity.FromUserName(other)));

    [Fact]
    public void Client_AtAnAddress_BelongsToItsNetworkAsWell()
    {
        var user = ClientIdentity.FromUserName("alice");
        Assert.Equal("192.0.2.1", Owner.Of(user, IPAddress.Parse("::ffff:192.0.2.1")).Network);
        Assert.Equal("2001:db8:1::/48", Owner.Of(user, IPAddress.Parse("2001:db8:1:2::3")).Network);
        Assert.Equal(new Owner("2001:db8:1:2::/64", "2001:db8:1::/48"), Owner.Of(ClientIdentity.CreateAnonymous(), IPAddress.Parse("2001:db8:1:2::3")));
        Assert.Null(Owner.Of(user, null).Network);
    }

    private static int Take(FairQuota quota, string owner, int count) => Enumerable.Range(0, count).Count(_ => quota.TryTake(new Owner(owner)) is null);
}
