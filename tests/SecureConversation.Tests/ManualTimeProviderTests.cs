using SecureConversation.Testing;

namespace SecureConversation.Tests;

public sealed class ManualTimeProviderTests
{
    [Fact]
    public void Timers_FireInOrderAtTheirTimes()
    {
        var clock = new ManualTimeProvider();
        var start = clock.UtcNow;
        var fired = new List<string>();
        using var once = clock.CreateTimer(_ => fired.Add($"once {clock.UtcNow - start:ss}"), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var often = clock.CreateTimer(_ => fired.Add($"often {clock.UtcNow - start:ss}"), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["often 02", "once 03", "often 04"], fired);
        Assert.Equal(start + TimeSpan.FromSeconds(5), clock.GetUtcNow());
    }

    [Fact]
    public async Task Delay_EndsWhenTheClockIsMoved()
    {
        var clock = new ManualTimeProvider();
        var delay = Task.Delay(TimeSpan.FromHours(1), clock);

        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.False(delay.IsCompleted);
        clock.UtcNow += TimeSpan.FromMinutes(1);

        await delay.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void SetBack_FiresNothing()
    {
        var clock = new ManualTimeProvider();
        using var timer = clock.CreateTimer(_ => Assert.Fail("fired"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        clock.UtcNow -= TimeSpan.FromHours(1);
    }
}
