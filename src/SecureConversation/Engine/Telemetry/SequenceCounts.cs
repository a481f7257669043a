using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace SecureConversation.Engine.Telemetry;

/// <summary>The sequences of all services of the process, counted when somebody asks. It keeps no service alive.</summary>
internal static class SequenceCounts
{
    private static readonly ConditionalWeakTable<object, Source> Sources = [];

    static SequenceCounts() => EngineMetrics.ObserveSequences(() => Measure(s => s.Open()), () => Measure(s => s.KeptBytes()));

    /// <summary>Counts the sequences of a service from now on.</summary>
    /// <param name="table">What holds the sequences.</param>
    /// <param name="telemetry">Whose sequences they are.</param>
    /// <param name="open">How many go on.</param>
    /// <param name="keptBytes">Size of the replies that are kept.</param>
    public static void Add(object table, EngineTelemetry telemetry, Func<int> open, Func<long> keptBytes) =>
        Sources.Add(table, new Source(telemetry, open, keptBytes));

    public static void Remove(object table) => Sources.Remove(table);

    // Endpoints without a name, and those of the same name, are one series.
    private static IEnumerable<Measurement<long>> Measure(Func<Source, long> count) => Sources
        .GroupBy(s => s.Value.Telemetry.Endpoint, s => count(s.Value))
        .Select(of => new Measurement<long>(
            of.Sum(), of.Key is null ? [] : [new KeyValuePair<string, object?>("endpoint", of.Key)]));

    private sealed record Source(EngineTelemetry Telemetry, Func<int> Open, Func<long> KeptBytes);
}
