using System.Diagnostics.Metrics;

namespace SecureConversation.Engine.Telemetry;

/// <summary>The measurements of the engine: the meter "SecureConversation". No tag holds what a peer wrote.</summary>
internal static class EngineMetrics
{
    private static readonly Meter Meter = new("SecureConversation");

    /// <summary>Messages that a service refused, by "code" (the name of the FailureCode).</summary>
    public static readonly Counter<long> RefusedMessages =
        Meter.CreateCounter<long>("secureconversation.refused_messages", "{message}", "Messages that a service refused.");

    /// <summary>Failures beyond the budget of their source, by "source": context, wrapped_key or address.</summary>
    public static readonly Counter<long> FailuresOverBudget = Meter.CreateCounter<long>("secureconversation.failures_over_budget",
        "{message}", "Messages that failed after a key was used, beyond the budget of their source.");

    /// <summary>Refusals that wait until they are due.</summary>
    public static readonly UpDownCounter<long> WaitingRefusals =
        Meter.CreateUpDownCounter<long>("secureconversation.waiting_refusals", "{message}", "Refusals that wait until they are due.");
}
