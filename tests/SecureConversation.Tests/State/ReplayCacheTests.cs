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
    [InlineData(29, ReplayOutcome.Replayed)]
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
}
