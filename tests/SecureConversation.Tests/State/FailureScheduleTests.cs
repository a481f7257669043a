using SecureConversation.Engine.Schedule;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>When a refusal leaves follows from the arrival of its message, and from nothing that was done with it.</summary>
public sealed class FailureScheduleTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Little = TimeSpan.FromMicroseconds(100);

    [Theory]
    [InlineData(0)]
    [InlineData(1.3)]
    [InlineData(4.9)]
    public async Task Refusal_LeavesAtATimeThatFollowsFromItsArrival(double arrivalMilliseconds)
    {
        var times = new HashSet<TimeSpan>();
        foreach (var work in Enumerable.Range(0, 24).Select(ms => TimeSpan.FromMilliseconds(ms + 0.3)))
        {
            times.Add(await ReleaseAsync(TimeSpan.FromMilliseconds(arrivalMilliseconds), work));
        }

        var time = Assert.Single(times);
        Assert.InRange(time, Step, Step + (2 * FailureSchedule.Grid));
    }

    [Fact]
    public async Task Refusal_AfterMoreWorkThanAStep_LeavesAtTheNextMultiple()
    {
        var early = await ReleaseAsync(TimeSpan.Zero, TimeSpan.FromMilliseconds(26));
        Assert.Equal(early, await ReleaseAsync(TimeSpan.Zero, TimeSpan.FromMilliseconds(49)));
        Assert.Equal(2 * Step, early);
    }

    [Theory]
    [InlineData(0, 0, 25)]
    [InlineData(0, 24.9, 25)]
    [InlineData(0, 25, 50)]
    [InlineData(0, 74, 75)]
    [InlineData(0, 75, 100)]
    [InlineData(1, 0, 30)]
    [InlineData(1, 28.9, 30)] // 26 rounded up is still to come
    [InlineData(1, 29, 55)]
    [InlineData(7, 1000, 1010)]
    public void DueTime_IsTheFirstMultipleThatIsStillToCome(double arrival, double work, double due) =>
        Assert.Equal(Ticks(due), FailureSchedule.DueTime(Ticks(arrival), Step.Ticks, Ticks(arrival + work)));

    [Fact]
    public void WaitAsync_SaysWhetherTheWorkTookLongerThanTheStep()
    {
        var clock = new ManualTimeProvider();
        using var schedule = new FailureSchedule(clock);
        var arrival = schedule.Arrive();
        clock.Advance(Step - Little);
        _ = schedule.WaitAsync(arrival, Step, out var hasOverrun);
        Assert.False(hasOverrun);
        clock.Advance(2 * Step);
        _ = schedule.WaitAsync(arrival, Step, out hasOverrun);
        Assert.True(hasOverrun);
    }

    [Fact]
    public async Task Timer_StartsWithAnArrivalAndStopsWhenIdle()
    {
        var clock = new WatchedClock();
        using var schedule = new FailureSchedule(clock);
        Assert.False(clock.IsRunning);
        var arrival = schedule.Arrive();
        Assert.True(clock.IsRunning);
        clock.Time.Advance(Step);
        var wait = schedule.WaitAsync(arrival, Step, out _);
        Assert.Equal(1, clock.Starts);
        clock.Time.Advance(FailureSchedule.IdleTime - Step);
        await wait;
        Assert.True(clock.IsRunning);
        clock.Time.Advance(2 * FailureSchedule.Grid);
        Assert.False(clock.IsRunning);
        schedule.Arrive();
        Assert.True(clock.IsRunning);
    }

    [Fact]
    public async Task Dispose_ReleasesAllRefusals()
    {
        var schedule = new FailureSchedule(new ManualTimeProvider());
        var wait = schedule.WaitAsync(schedule.Arrive(), Step, out _);
        Assert.Equal(1, schedule.Count);
        schedule.Dispose();
        await wait;
        Assert.Equal(0, schedule.Count);
        await schedule.WaitAsync(schedule.Arrive(), Step, out _);
    }

    /// <summary>The time from the arrival to the release, found in small steps of the clock.</summary>
    private static async Task<TimeSpan> ReleaseAsync(TimeSpan arrivalAt, TimeSpan work)
    {
        var clock = new ManualTimeProvider();
        using var schedule = new FailureSchedule(clock);
        clock.Advance(arrivalAt);
        var began = clock.UtcNow;
        var arrival = schedule.Arrive();
        clock.Advance(work);
        var wait = schedule.WaitAsync(arrival, Step, out _);
        while (schedule.Count > 0)
        {
            clock.Advance(Little);
        }

        await wait;
        return clock.UtcNow - began;
    }

    private static long Ticks(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds).Ticks;

    private sealed class WatchedClock : TimeProvider
    {
        public ManualTimeProvider Time { get; } = new();

        public int Starts { get; private set; }

        public bool IsRunning { get; private set; }

        public override long TimestampFrequency => Time.TimestampFrequency;

        public override long GetTimestamp() => Time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Watched(this, Time.CreateTimer(callback, state, dueTime, period));

        private sealed class Watched(WatchedClock clock, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock.IsRunning = dueTime != Timeout.InfiniteTimeSpan;
                clock.Starts += clock.IsRunning ? 1 : 0;
                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
