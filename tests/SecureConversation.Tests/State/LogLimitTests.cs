using SecureConversation.Shared;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>Nobody can fill a log.</summary>
public sealed class LogLimitTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly List<int> _summaries = [];

    [Fact]
    public void Entries_BeyondThoseOfASecond_AreSummedUpAtItsEnd()
    {
        using var limit = new LogLimit(3, _clock, _summaries.Add);
        Assert.Equal(3, Enumerable.Range(0, 100).Count(_ => limit.TryTake()));
        Assert.Empty(_summaries);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([97], _summaries);
        Assert.True(limit.TryTake());
        Assert.Equal([97], _summaries);
    }

    /// <summary>A log may throw, and what a timer throws would end the process.</summary>
    [Fact]
    public void SummaryThatThrows_StaysInTheTimer()
    {
        using var limit = new LogLimit(1, _clock, count =>
        {
            _summaries.Add(count);
            throw new InvalidOperationException("The log does not work.");
        });
        Assert.Equal(1, Enumerable.Range(0, 5).Count(_ => limit.TryTake()));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([4], _summaries);
    }

    [Fact]
    public void Summary_NotYetWritten_ComesWithTheEnd()
    {
        var limit = new LogLimit(1, _clock, _summaries.Add);
        Assert.Equal(1, Enumerable.Range(0, 5).Count(_ => limit.TryTake()));
        limit.Dispose();
        Assert.Equal([4], _summaries);
    }
}
