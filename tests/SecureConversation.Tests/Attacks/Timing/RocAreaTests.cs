using SecureConversation.Testing;

namespace SecureConversation.Tests.Attacks;

/// <summary>The statistics that the timing tests rely on.</summary>
public sealed class RocAreaTests
{
    [Theory]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 4, 5, 6 }, 1)]
    [InlineData(new double[] { 4, 5, 6 }, new double[] { 1, 2, 3 }, 0)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 1, 2, 3 }, 0.5)]
    [InlineData(new double[] { 7, 7, 7 }, new double[] { 7, 7 }, 0.5)]
    [InlineData(new double[] { 1, 3 }, new double[] { 2, 4 }, 0.75)]
    [InlineData(new double[] { 1, 2 }, new double[] { 2, 3 }, 0.875)]
    public void Area_IsThePartOfThePairsInOrder(double[] first, double[] second, double area) =>
        Assert.Equal(area, RocArea.Of(first, second).Area, 12);

    [Fact]
    public void StandardError_IsThatOfManyRepetitions()
    {
        var random = new Random(7);
        RocArea Repeat(double shift) => RocArea.Of(
            [.. Enumerable.Range(0, 150).Select(_ => Normal(random))], [.. Enumerable.Range(0, 100).Select(_ => Normal(random) + shift)]);
        foreach (var shift in new[] { 0.0, 0.5 })
        {
            var areas = Enumerable.Range(0, 400).Select(_ => Repeat(shift)).ToArray();
            var mean = areas.Average(a => a.Area);
            var spread = Math.Sqrt(areas.Average(a => (a.Area - mean) * (a.Area - mean)));
            // Two normal distributions whose means are half a deviation apart: the area is the normal distribution at 0.5 / sqrt 2.
            Assert.Equal(shift == 0 ? 0.5 : 0.6382, mean, 0.01);
            Assert.Equal(spread, areas.Average(a => a.StandardError), 0.006);
        }
    }

    [Fact]
    public void SameDistribution_IsHardlyEverFiveErrorsAway()
    {
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            // Times have long tails.
            var area = RocArea.Of([.. Enumerable.Range(0, 200).Select(_ => Math.Exp(2 * Normal(random)))], [.. Enumerable.Range(0, 200).Select(_ => Math.Exp(2 * Normal(random)))]);
            Assert.False(area.Exceeds(0, errors: 5), $"{area}");
        }
    }

    [Fact]
    public void Classes_TooSmall_AreRefused() => Assert.Throws<ArgumentException>(() => RocArea.Of([1], [2, 3]));

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
