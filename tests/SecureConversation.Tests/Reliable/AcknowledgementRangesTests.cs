using SecureConversation.Engine.Reliable;

namespace SecureConversation.Tests.Reliable;

public sealed class AcknowledgementRangesTests
{
    [Fact]
    public void Ranges_JoinWhatFollows()
    {
        var ranges = new AcknowledgementRanges();
        foreach (var number in new long[] { 5, 1, 3, 2, 4, 4, 9, long.MaxValue })
        {
            Assert.True(ranges.TryAdd(number));
        }

        Assert.Equal([new(1, 5), new(9, 9), new(long.MaxValue, long.MaxValue)], ranges.Ranges);
        Assert.Equal(5, ranges.Contiguous);
        Assert.True(ranges.Contains(4));
        Assert.False(ranges.Contains(8));
        Assert.False(ranges.IsComplete);
    }

    [Fact]
    public void Ranges_AreAtMost128()
    {
        var ranges = new AcknowledgementRanges();
        for (var i = 0; i < AcknowledgementRanges.Most; i++)
        {
            Assert.True(ranges.TryAdd(1 + (2 * i)));
        }

        Assert.False(ranges.TryAdd(1000));
        Assert.True(ranges.TryAdd(2));
        Assert.True(ranges.TryAdd(1000));
    }

    [Fact]
    public void Ranges_HoldEachNumberThatWasAdded()
    {
        var random = new Random(7);
        var numbers = Enumerable.Range(1, 200).OrderBy(_ => random.Next()).ToList();
        var (ranges, added) = (new AcknowledgementRanges(), new HashSet<long>());
        foreach (var number in numbers)
        {
            if (ranges.TryAdd(number))
            {
                added.Add(number);
            }

            Assert.All(Enumerable.Range(1, 200), n => Assert.Equal(added.Contains(n), ranges.Contains(n)));
        }
    }
}
