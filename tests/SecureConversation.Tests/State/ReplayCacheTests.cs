using System.Net;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Replay;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>An entry is remembered as long as asked, also when others ask for less; a full cache accepts nothing.</summary>
public sealed class ReplayCacheTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(15);

    private readonly ManualTimeProvider _clock = new();

    [Theory]
    [InlineData(0, ReplayOutcome.Replayed)]
    [InlineData(14, ReplayOutcome.Replayed)]
    [InlineData(15, ReplayOutcome.Replayed)]
    [InlineData(16, ReplayOutcome.Replayed)]
    [InlineData(17, ReplayOutcome.Fresh)]
    [InlineData(30, ReplayOutcome.Fresh)]
    [InlineData(600, ReplayOutcome.Fresh)]
    public void Value_AfterMinutes_IsRememberedAtLeastTheRetention(int minutes, ReplayOutcome expected)
    {
        var cache = new InMemoryReplayCache(10, _clock);
        Assert.Equal(ReplayOutcome.Fresh, cache.TryAdd([1], Retention));
        _clock.Advance(TimeSpan.FromMinutes(minutes));
        Assert.Equal(expected, cache.TryAdd([1], Retention));
    }

    [Fact]
    public void Value_WithOthersOfShorterRetentionBesides_IsRememberedAllTheSame()
    {
        var cache = new InMemoryReplayCache(100, _clock);
        Assert.Equal(ReplayOutcome.Fresh, cache.TryAdd([1], TimeSpan.FromHours(1)));
        for (byte i = 2; i < 60; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            cache.TryAdd([i], TimeSpan.FromSeconds(1));
        }

        Assert.Equal(ReplayOutcome.Replayed, cache.TryAdd([1], TimeSpan.FromHours(1)));
    }

    [Fact]
    public void FullCache_RefusesUntilEntriesExpire()
    {
        var cache = new InMemoryReplayCache(2, _clock);
        cache.TryAdd([1], Retention);
        cache.TryAdd([2], Retention);
        Assert.Equal(ReplayOutcome.Full, cache.TryAdd([3], Retention));
        Assert.Equal(ReplayOutcome.Replayed, cache.TryAdd([2], Retention));
        _clock.Advance(Retention + Retention);
        Assert.Equal(ReplayOutcome.Fresh, cache.TryAdd([3], Retention));
    }

    [Fact]
    public async Task Value_FromManyThreads_IsFreshOnce()
    {
        var cache = new InMemoryReplayCache(1_000_000, _clock);
        var fresh = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                // Both generations take part: the clock moves while others add.
                if (i % 1000 == 0)
                {
                    _clock.Advance(TimeSpan.FromSeconds(1));
                }

                if (cache.TryAdd(BitConverter.GetBytes(i), Retention) == ReplayOutcome.Fresh)
                {
                    Interlocked.Increment(ref fresh);
                }
            }
        })));
        Assert.Equal(5000, fresh);
    }

    [Fact]
    public void LongerRetention_HoldsForWhatIsRememberedAlready()
    {
        var cache = new InMemoryReplayCache(100, _clock);
        cache.TryAdd([1], TimeSpan.FromMinutes(1));
        _clock.Advance(TimeSpan.FromSeconds(30));
        cache.TryAdd([2], TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(ReplayOutcome.Replayed, cache.TryAdd([1], TimeSpan.FromMinutes(1)));
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(ReplayOutcome.Fresh, cache.TryAdd([1], TimeSpan.FromMinutes(1)));
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public void SteadyLoad_OverManyWindows_IsNeverRefusedAndNeverForgotten()
    {
        // 20 values a second for an hour; each is asked for again at a random age within the retention.
        const int Rate = 20;
        var random = new Random(1);
        var cache = new InMemoryReplayCache((int)(Rate * Retention.TotalSeconds * 9 / 8) + Rate, _clock);
        for (var second = 0; second < 3600; second++)
        {
            for (var i = 0; i < Rate; i++)
            {
                Assert.Equal(ReplayOutcome.Fresh, cache.TryAdd(BitConverter.GetBytes((second * Rate) + i), Retention));
            }

            var old = Math.Max(0, second - random.Next((int)Retention.TotalSeconds)) * Rate;
            Assert.Equal(ReplayOutcome.Replayed, cache.TryAdd(BitConverter.GetBytes(old), Retention));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(cache.Count, Rate * (int)Retention.TotalSeconds, (Rate * (int)Retention.TotalSeconds * 9 / 8) + Rate);
    }

    [Fact]
    public void OwnerThatFloods_LeavesRoomForOthers()
    {
        const int Capacity = 10_000;
        var cache = new InMemoryReplayCache(Capacity, _clock);
        Assert.Equal(Capacity * 3 / 4, Add("flood", Capacity));
        Assert.Equal(ReplayOutcome.ShareUsedUp, cache.TryAdd([0], Retention, "flood"));
        Assert.Equal(1000, Add("honest", 1000));
        // A second one that floods takes a part of what is left, and not all of it.
        Assert.InRange(Add("other", Capacity), 1000, 1200);
        Assert.Equal(100, Add("late", 100));

        // What expires is free again.
        _clock.Advance(Retention * 2);
        Assert.Equal(Capacity * 3 / 4, Add("honest", Capacity));

        int Add(string owner, int count) => Enumerable.Range(0, count)
            .Count(i => cache.TryAdd(System.Text.Encoding.UTF8.GetBytes($"{owner} {i}"), Retention, owner) == ReplayOutcome.Fresh);
    }

    /// <summary>Whoever has a site of 48 bits has 65,536 names.</summary>
    [Fact]
    public void NetworkThatFloods_LeavesRoomForOthers()
    {
        const int Capacity = 70_000;
        var cache = new InMemoryReplayCache(Capacity, _clock);
        var flood = Enumerable.Range(0, Capacity).Count(i => Add(i, $"{i % 65_536}", "site") == ReplayOutcome.Fresh);
        Assert.InRange(flood, (Capacity * 6 / 7) - 100, Capacity * 6 / 7);
        Assert.Equal(ReplayOutcome.ShareUsedUp, Add(-1, "one more", "site"));
        Assert.InRange(Enumerable.Range(0, 10_000).Count(i => Add(Capacity + i, "honest", null) == ReplayOutcome.Fresh), 7000, 7600);

        ReplayOutcome Add(int value, string owner, string? network) =>
            cache.TryAdd(new ReplayEntry { Value = BitConverter.GetBytes(value), Retention = Retention, Owner = owner, Network = network });
    }

    [Fact]
    public void ManyOwners_AreCountedApart()
    {
        var cache = new InMemoryReplayCache(100_000, _clock);
        for (var owner = 0; owner < 300; owner++)
        {
            for (var i = 0; i < 200; i++)
            {
                Assert.Equal(ReplayOutcome.Fresh, cache.TryAdd(BitConverter.GetBytes((owner * 1000) + i), Retention, $"owner {owner}"));
            }
        }
    }

    [Fact]
    public void OwnersWithoutName_AreLimitedByTheCapacityAlone()
    {
        var cache = new InMemoryReplayCache(1000, _clock);
        Assert.Equal(1000, Enumerable.Range(0, 2000).Count(i => cache.TryAdd(BitConverter.GetBytes(i), Retention) == ReplayOutcome.Fresh));
        Assert.Equal(ReplayOutcome.Full, cache.TryAdd([1], Retention, "somebody"));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void Addresses_OfOneClient_AreOneOwner(string one, string other, bool same) =>
        Assert.Equal(same, Owner.OfStranger(IPAddress.Parse(one)) == Owner.OfStranger(IPAddress.Parse(other)));

    [Fact]
    public void Value_OfAnotherKind_IsAnotherValue() =>
        Assert.NotEqual(ReplayValues.OfSignature([1, 2, 3]), ReplayValues.OfEncryptedKey([1, 2, 3]));

    [Fact]
    public void MemoryOfTheProcess_IsOneForEachKeyAndClock()
    {
        var (service, client) = (TestCertificates.Service, TestCertificates.Client);
        var memory = ProcessReplayMemory.Of(service, _clock, Retention, 100);
        Assert.Same(memory, ProcessReplayMemory.Of(service, _clock, Retention, 10));
        Assert.NotSame(memory, ProcessReplayMemory.Of(client, _clock, Retention, 100));
        Assert.NotSame(memory, ProcessReplayMemory.Of(service, new ManualTimeProvider(), Retention, 100));
    }

    [Fact]
    public void MemoryOfTheProcess_HoldsAsLongAndAsMuchAsTheMostDemandingEndpoint()
    {
        var memory = ProcessReplayMemory.Of(TestCertificates.Service, _clock, TimeSpan.FromMinutes(1), 2);
        memory.TryAdd([1], TimeSpan.FromMinutes(1));
        memory.TryAdd([2], TimeSpan.FromMinutes(1));
        Assert.Equal(ReplayOutcome.Full, memory.TryAdd([3], TimeSpan.FromMinutes(1)));
        ProcessReplayMemory.Of(TestCertificates.Service, _clock, TimeSpan.FromHours(1), 3);
        Assert.Equal(ReplayOutcome.Fresh, memory.TryAdd([3], TimeSpan.FromMinutes(1)));
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(ReplayOutcome.Replayed, memory.TryAdd([1], TimeSpan.FromMinutes(1)));
        GC.KeepAlive(memory);
    }
}
