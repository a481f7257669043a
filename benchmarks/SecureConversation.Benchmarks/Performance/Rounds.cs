namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// Measures actions beside each other: in each round every action has its turn, so that what else happens on the machine meets all of
/// them. Time is processor time of the process, which other programs take nothing of.
/// </summary>
internal static class Rounds
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(600);

    public static IReadOnlyList<Series> Measure(int rounds, TimeSpan slice, params IReadOnlyList<Action> actions)
    {
        var times = actions.Select(action => TimesFor(action, slice)).ToArray();
        var series = actions.Select(_ => new Series([], [])).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < actions.Count; i++)
            {
                series[i].Add(Run(actions[i], times[i]));
            }
        }

        return series;
    }

    /// <summary>Processor time and allocated bytes of one run of an action, out of many.</summary>
    public static (double Microseconds, double Bytes) Run(Action action, int times)
    {
        var (bytes, before) = (GC.GetTotalAllocatedBytes(precise: true), Processor.Time);
        for (var i = 0; i < times; i++)
        {
            action();
        }

        var used = Processor.Time - before;
        return (used.TotalMicroseconds / times, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)times);
    }

    private static int TimesFor(Action action, TimeSpan slice)
    {
        var before = Processor.Time;
        var runs = 0;
        for (; runs < 1 || (runs < 20_000 && Processor.Time - before < WarmUp); runs++)
        {
            action();
        }

        return Math.Max(1, (int)(slice / ((Processor.Time - before) / runs)));
    }
}

/// <summary>The numbers of one action, round by round.</summary>
internal sealed record Series(List<double> Microseconds, List<double> Bytes)
{
    public void Add((double Microseconds, double Bytes) cost)
    {
        Microseconds.Add(cost.Microseconds);
        Bytes.Add(cost.Bytes);
    }

    public double Time => Median(Microseconds);

    public double Allocated => Median(Bytes);

    /// <summary>How many times the cost of another one: the median over the rounds.</summary>
    public double Over(Series other) => Median(Microseconds.Zip(other.Microseconds, (mine, theirs) => mine / theirs));

    public Series And(Series other) => new([.. Microseconds.Zip(other.Microseconds, (a, b) => a + b)], [.. Bytes.Zip(other.Bytes, (a, b) => a + b)]);

    public static double Median(IEnumerable<double> values) => values.Order().ToArray() is var ordered && ordered.Length % 2 == 1
        ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2;
}

internal static class Processor
{
    public static TimeSpan Time => Environment.CpuUsage.TotalTime;
}
