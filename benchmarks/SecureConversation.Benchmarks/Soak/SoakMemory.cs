using System.Globalization;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>
/// Samples the heap after a full collection, and the working set. In the second half of a run both are level: the straight line through the
/// samples rises by no more than a fixed size from the middle to the end, however long the run is.
/// </summary>
internal sealed class SoakMemory
{
    // The shared pools of buffers fill up to their bounds whenever more messages than before are under way at once: measured 1 to 5 MiB. A
    // kilobyte that is kept for each call would exceed this in three minutes, even on a machine that is busy with other work.
    private const double MaxHeapGrowth = 8 * MiB;

    // With native memory: keys, sockets, code that is compiled again.
    private const double MaxWorkingSetGrowth = 24 * MiB;
    private const double MiB = 1024 * 1024;

    private readonly List<(double Minutes, double Heap, double WorkingSet)> _samples = [];

    public void Sample(TimeSpan at)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        _samples.Add((at.TotalMinutes, GC.GetTotalMemory(forceFullCollection: false), Environment.WorkingSet));
    }

    /// <summary>What the last sample has.</summary>
    public string Last => _samples.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{_samples[^1].Minutes:F0} min: heap {_samples[^1].Heap / MiB:F1} MiB, working set {_samples[^1].WorkingSet / MiB:F0} MiB");

    public bool IsLevel => Growth(s => s.Heap) <= MaxHeapGrowth && Growth(s => s.WorkingSet) <= MaxWorkingSetGrowth;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"heap {Mean(s => s.Heap) / MiB:F1} MiB {Growth(s => s.Heap) / MiB:+0.0;-0.0}, working set {Mean(s => s.WorkingSet) / MiB:F0} MiB {Growth(s => s.WorkingSet) / MiB:+0.0;-0.0} in the second half");

    private IEnumerable<(double Minutes, double Heap, double WorkingSet)> SecondHalf => _samples.Skip(_samples.Count / 2);

    private double Mean(Func<(double Minutes, double Heap, double WorkingSet), double> value) => SecondHalf.Average(value);

    /// <summary>How far the line of least squares rises.</summary>
    private double Growth(Func<(double Minutes, double Heap, double WorkingSet), double> value)
    {
        var samples = SecondHalf.Select(s => (X: s.Minutes, Y: value(s))).ToList();
        var (x, y) = (samples.Average(s => s.X), samples.Average(s => s.Y));
        var spread = samples.Sum(s => (s.X - x) * (s.X - x));
        return spread == 0 ? 0 : samples.Sum(s => (s.X - x) * (s.Y - y)) / spread * (samples[^1].X - samples[0].X);
    }
}
