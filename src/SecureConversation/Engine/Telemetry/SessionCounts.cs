using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace SecureConversation.Engine.Telemetry;

/// <summary>The sessions of all services of the process, counted when somebody asks. It keeps no service alive.</summary>
internal static class SessionCounts
{
    private static readonly ConditionalWeakTable<object, Source> Sources = [];

    static SessionCounts() => EngineMetrics.ObserveSessions(() => Measure(s => s.Active()), () => Measure(s => s.Pending()));

    /// <summary>Counts the sessions of a service from now on.</summary>
    /// <param name="table">What holds the sessions.</param>
    /// <param name="telemetry">Whose sessions they are.</param>
    /// <param name="active">How many it has in memory.</param>
    /// <param name="pending">How many of them, and of those in a store, were not used yet.</param>
    public static void Add(object table, EngineTelemetry telemetry, Func<int> active, Func<int> pending) =>
        Sources.Add(table, new Source(telemetry, active, pending));

    public static void Remove(object table) => Sources.Remove(table);

    // Endpoints without a name, and those of the same name, are one series.
    private static IEnumerable<Measurement<long>> Measure(Func<Source, int> count) => Sources
        .GroupBy(s => s.Value.Telemetry.Endpoint, s => (long)count(s.Value))
        .Select(of => new Measurement<long>(
            of.Sum(), of.Key is null ? [] : [new KeyValuePair<string, object?>("endpoint", of.Key)]));

    private sealed record Source(EngineTelemetry Telemetry, Func<int> Active, Func<int> Pending);
}
