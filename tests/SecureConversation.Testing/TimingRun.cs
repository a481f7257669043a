using System.Text;

namespace SecureConversation.Testing;

/// <summary>Messages that an attacker would like to tell apart by the time of their answers.</summary>
/// <param name="Name">What is wrong with them.</param>
/// <param name="Next">Gives one of them. Not measured.</param>
public sealed record TimingClass(string Name, Func<byte[]> Next)
{
    /// <summary>A class of one message.</summary>
    public TimingClass(string name, byte[] wire)
        : this(name, () => wire)
    {
    }
}

/// <summary>
/// Measures how long the answers to classes of messages take. The classes come in random order, so that whatever else happens on the
/// machine meets all of them alike.
/// </summary>
/// <param name="classes">The classes.</param>
public sealed class TimingRun(IReadOnlyList<TimingClass> classes)
{
    private readonly List<double>[] times = [.. classes.Select(_ => new List<double>())];

    /// <summary>The times of a class in microseconds.</summary>
    public IReadOnlyList<double> Times(int index) => times[index];

    /// <summary>
    /// What is waited for in the middle of the measurement of a class, in addition to the answer: for tests of the measurement itself.
    /// </summary>
    public Func<int, TimeSpan> Injected { get; init; } = _ => TimeSpan.Zero;

    /// <summary>Measures over several connections at once.</summary>
    /// <param name="samples">Samples of each class. A tenth of that is measured before, and not counted.</param>
    /// <param name="connections">For each the function that sends a message and returns the time of its answer in microseconds. The second argument is spent within the measured time.</param>
    /// <param name="seed">For the order of the classes.</param>
    public async Task MeasureAsync(int samples, IReadOnlyList<Func<byte[], TimeSpan, Task<double>>> connections, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(connections);
        var random = new Random(seed);
        await RunAsync(samples / 10, isCounted: false);
        await RunAsync(samples, isCounted: true);

        async Task RunAsync(int count, bool isCounted)
        {
            var order = Enumerable.Range(0, classes.Count).SelectMany(c => Enumerable.Repeat(c, count)).ToArray();
            random.Shuffle(order);
            var next = -1;
            await Task.WhenAll(connections.Select(connection => Task.Run(async () =>
            {
                while (Interlocked.Increment(ref next) is var i && i < order.Length)
                {
                    var time = await connection(classes[order[i]].Next(), Injected(order[i]));
                    if (isCounted)
                    {
                        lock (times)
                        {
                            times[order[i]].Add(time);
                        }
                    }
                }
            })));
        }
    }

    /// <summary>All pairs of classes, those that can be told apart best first.</summary>
    public IReadOnlyList<(string First, string Second, RocArea Area)> Pairs() =>
    [
        .. from first in Enumerable.Range(0, classes.Count)
           from second in Enumerable.Range(first + 1, classes.Count - first - 1)
           let area = RocArea.Of(times[first], times[second])
           orderby area.Bias descending
           select (classes[first].Name, classes[second].Name, area),
    ];

    /// <summary>Quartiles of each class, and the area of each pair.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        for (var i = 0; i < classes.Count; i++)
        {
            var sorted = times[i].Order().ToArray();
            text.AppendLine(FormattableString.Invariant(
                $"  {classes[i].Name,-34} n {sorted.Length}  q25 {sorted[sorted.Length / 4]:F1}  median {sorted[sorted.Length / 2]:F1}  q75 {sorted[sorted.Length * 3 / 4]:F1} us"));
        }

        foreach (var (first, second, area) in Pairs())
        {
            text.AppendLine(FormattableString.Invariant($"  AUC {area}  {first} / {second}"));
        }

        return text.ToString();
    }
}
