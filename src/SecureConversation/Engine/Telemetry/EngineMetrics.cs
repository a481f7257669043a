using System.Diagnostics.Metrics;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// The measurements of the engine: the meter "SecureConversation". The values of the tags are names of this library, never anything of a
/// peer, so that their number is limited.
/// </summary>
internal static class EngineMetrics
{
    private static readonly Meter Meter = new("SecureConversation");

    /// <summary>Messages that a service refused, by "code" (the name of the FailureCode).</summary>
    public static readonly Counter<long> RefusedMessages =
        Meter.CreateCounter<long>("secureconversation.refused_messages", "{message}", "Messages that a service refused.");

    /// <summary>Messages that were refused as too many, by "setting": the one that limits them, as in the log.</summary>
    public static readonly Counter<long> LimitsReached = Meter.CreateCounter<long>(
        "secureconversation.limits_reached", "{message}", "Messages that were refused as too many, by the setting that limits them.");

    /// <summary>Sessions that ended to make room for one of somebody who held fewer.</summary>
    public static readonly Counter<long> DisplacedSessions = Meter.CreateCounter<long>("secureconversation.displaced_sessions",
        "{session}", "Sessions that ended because MaxSessions was reached and somebody who held fewer opened one.");

    /// <summary>Failures beyond the budget of their source, by "source": context, wrapped_key or address.</summary>
    public static readonly Counter<long> FailuresOverBudget = Meter.CreateCounter<long>("secureconversation.failures_over_budget",
        "{message}", "Messages that failed after a key was used, beyond the budget of their source.");

    /// <summary>Refusals that wait until they are due.</summary>
    public static readonly UpDownCounter<long> WaitingRefusals =
        Meter.CreateUpDownCounter<long>("secureconversation.waiting_refusals", "{message}", "Refusals that wait until they are due.");

    /// <summary>Observes how many messages the replay memories of the process hold.</summary>
    public static void ObserveReplayEntries(Func<long> count) => Meter.CreateObservableGauge(
        "secureconversation.replay_entries", count, "{message}", "Messages that are remembered, so that they cannot be replayed.");
}
