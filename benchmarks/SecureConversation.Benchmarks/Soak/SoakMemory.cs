using System.Globalization;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>
/// Samples the heap after a full collection, and the working set. In the second half of a run both are level: the slope of a straight line
/// through the samples stays below a part of their mean.
/// </summary>
internal sealed class SoakMemory
{
    // Connections, sessions in flight and caches of the platform move both by as much. A buffer of a message that is kept for every
    // hundredth call would exceed it.
    private const double MaxHeapPerMinute = 0.05;
    private const double MaxWorkingSetPerMinute = 0.10;

    private readonly List<(double Minutes, double Heap, double WorkingSet)> _samples = [];

    public void Sample(TimeSpan at)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        _samples.Add((at.TotalMinutes, GC.GetTotalMemory(forceFullCollection: false), Environment.WorkingSet));
    }

    public bool IsLevel => Slope(s => s.Heap) <= MaxHeapPerMinute && Slope(s => s.WorkingSet) <= MaxWorkingSetPerMinute;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"heap {Mean(s => s.Heap) / 1048576:F1} MiB {Slope(s => s.Heap):+0.0%;-0.0%}/min, working set {Mean(s => s.WorkingSet) / 1048576:F0} MiB {Slope(s => s.WorkingSet):+0.0%;-0.0%}/min");

    private IEnumerable<(double Minutes, double Heap, double WorkingSet)> SecondHalf => _samples.Skip(_samples.Count / 2);

    private double Mean(Func<(double Minutes, double Heap, double WorkingSet), double> value) => SecondHalf.Average(value);

    /// <summary>Least squares, as a part of the mean for each minute.</summary>
    private double Slope(Func<(double Minutes, double Heap, double WorkingSet), double> value)
    {
        var samples = SecondHalf.Select(s => (X: s.Minutes, Y: value(s))).ToList();
        var (x, y) = (samples.Average(s => s.X), samples.Average(s => s.Y));
        var spread = samples.Sum(s => (s.X - x) * (s.X - x));
        return spread == 0 ? 0 : samples.Sum(s => (s.X - x) * (s.Y - y)) / spread / y;
    }
}
