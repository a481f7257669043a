using System.Diagnostics.Metrics;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Measurements of the engine, under the meter "SecureConversation". The values of the tags are names of this library, never anything of a
/// peer, so that their number is limited.
/// </summary>
internal static class EngineMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "SecureConversation";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "secureconversation.messages.refused", "{message}", "Messages that were refused, by failure code.");

    private static readonly Counter<long> Limits = Meter.CreateCounter<long>(
        "secureconversation.limits.reached", "{message}", "Messages that were refused as too many, by the setting that limits them.");

    /// <summary>Counts a refused message.</summary>
    public static void Refused(FailureCode code)
    {
        if (Refusals.Enabled)
        {
            Refusals.Add(1, new KeyValuePair<string, object?>("secureconversation.failure", code.ToString()));
        }
    }

    /// <summary>Counts a message for which a limit left no room.</summary>
    /// <param name="setting">The setting that limits, as in the log.</param>
    public static void LimitReached(string setting)
    {
        if (Limits.Enabled)
        {
            Limits.Add(1, new KeyValuePair<string, object?>("secureconversation.setting", setting));
        }
    }

    /// <summary>Observes how many messages the replay memories of the process hold.</summary>
    public static void ObserveReplayEntries(Func<long> count) => Meter.CreateObservableGauge(
        "secureconversation.replay.entries", count, "{message}", "Messages that are remembered, so that they cannot be replayed.");
}
