using System.Diagnostics.Metrics;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// The measurements of the engine: the meter "SecureConversation". The values of the tags are names of this library and the name that the
/// application gave its endpoint, never anything of a peer, so that their number is limited.
/// </summary>
internal static class EngineMetrics
{
    /// <summary>The name of the meter, and of the source of activities.</summary>
    public const string Name = "SecureConversation";

    private static readonly Meter Meter = new(Name);

    // Most operations take a millisecond, handshakes over a network some hundred.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    /// <summary>Messages that a service refused, by "code" (the name of the FailureCode).</summary>
    public static readonly Counter<long> RefusedMessages =
        Meter.CreateCounter<long>("secureconversation.refused_messages", "{message}", "Messages that were refused, by failure code.");

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

    /// <summary>Messages that were protected, by "role".</summary>
    public static readonly Counter<long> SecuredMessages = Meter.CreateCounter<long>(
        "secureconversation.secured_messages", "{message}", "Messages that were protected.");

    /// <summary>Messages that passed every check, by "role".</summary>
    public static readonly Counter<long> VerifiedMessages = Meter.CreateCounter<long>(
        "secureconversation.verified_messages", "{message}", "Messages that passed every check.");

    /// <summary>Octets of protected envelopes that were made.</summary>
    public static readonly Counter<long> SecuredBytes = Meter.CreateCounter<long>(
        "secureconversation.secured_bytes", "By", "Size of the protected envelopes that were made.");

    /// <summary>Octets of received envelopes that passed every check.</summary>
    public static readonly Counter<long> VerifiedBytes = Meter.CreateCounter<long>(
        "secureconversation.verified_bytes", "By", "Size of the received envelopes that passed every check.");

    /// <summary>Contexts that a service issued or a client received.</summary>
    public static readonly Counter<long> OpenedSessions = Meter.CreateCounter<long>(
        "secureconversation.opened_sessions", "{session}", "Sessions that were opened.");

    /// <summary>Sessions that got another key.</summary>
    public static readonly Counter<long> RenewedSessions = Meter.CreateCounter<long>(
        "secureconversation.renewed_sessions", "{session}", "Sessions whose key was renewed.");

    /// <summary>Sessions that ended after their key had expired.</summary>
    public static readonly Counter<long> ExpiredSessions = Meter.CreateCounter<long>(
        "secureconversation.expired_sessions", "{session}", "Sessions that ended after their key had expired.");

    /// <summary>Sessions that ended, by "reason" (the name of the SessionCloseReason).</summary>
    public static readonly Counter<long> ClosedSessions = Meter.CreateCounter<long>(
        "secureconversation.closed_sessions", "{session}", "Sessions that ended, by reason.");

    /// <summary>Sequences of reliable sessions that were opened at a service.</summary>
    public static readonly Counter<long> OpenedSequences = Meter.CreateCounter<long>(
        "secureconversation.opened_sequences", "{sequence}", "Sequences of reliable sessions that clients opened.");

    /// <summary>Sequences that ended, by "reason": Terminated, Inactive, Faulted, RepliesNotAcknowledged or SessionClosed.</summary>
    public static readonly Counter<long> EndedSequences = Meter.CreateCounter<long>(
        "secureconversation.ended_sequences", "{sequence}", "Sequences of reliable sessions that ended, by reason.");

    /// <summary>Requests that came before and got the reply of then.</summary>
    public static readonly Counter<long> RepeatedReplies = Meter.CreateCounter<long>("secureconversation.repeated_replies",
        "{message}", "Repeated requests of reliable sessions that were answered by the kept reply, or by an acknowledgement.");

    /// <summary>Requests that a client sent again.</summary>
    public static readonly Counter<long> RepeatedRequests = Meter.CreateCounter<long>("secureconversation.repeated_requests",
        "{message}", "Requests of reliable sessions that were sent again, since no answer came.");

    /// <summary>Requests that counted as lost, by "reason": Early, Window, KeptReplies or Waiting.</summary>
    public static readonly Counter<long> DroppedMessages = Meter.CreateCounter<long>("secureconversation.dropped_messages",
        "{message}", "Requests of reliable sessions that counted as lost, since they came too early or there was no room.");

    /// <summary>Messages that a FileMessageLog left out.</summary>
    public static readonly Counter<long> UnloggedMessages = Meter.CreateCounter<long>("secureconversation.unlogged_messages", "{message}",
        "Messages that a file of the message log lacks, because it is written too slowly or not at all.");

    /// <summary>How long handshakes took; of a client with the network.</summary>
    public static readonly Histogram<double> HandshakeDuration = Meter.CreateHistogram(
        "secureconversation.handshake.duration", "s", "How long it took to open a session.", tags: null, Seconds);

    /// <summary>How long it took to protect a message.</summary>
    public static readonly Histogram<double> SecureDuration = Meter.CreateHistogram(
        "secureconversation.secure.duration", "s", "How long it took to protect a message.", tags: null, Seconds);

    /// <summary>How long it took to verify a message, or to refuse it; what a refusal waits is not in it.</summary>
    public static readonly Histogram<double> VerifyDuration = Meter.CreateHistogram(
        "secureconversation.verify.duration", "s", "How long it took to verify a message.", tags: null, Seconds);

    /// <summary>Observes how many messages the replay memories of the process hold.</summary>
    public static void ObserveReplayEntries(Func<long> count) => Meter.CreateObservableGauge(
        "secureconversation.replay_entries", count, "{message}", "Messages that are remembered, so that they cannot be replayed.");

    /// <summary>Observes how many sequences the services of the process have, and what they keep.</summary>
    public static void ObserveSequences(Func<IEnumerable<Measurement<long>>> open, Func<IEnumerable<Measurement<long>>> keptBytes)
    {
        Meter.CreateObservableUpDownCounter("secureconversation.open_sequences", open, "{sequence}",
            "Sequences of reliable sessions that go on.");
        Meter.CreateObservableUpDownCounter("secureconversation.kept_reply_bytes", keptBytes, "By",
            "Size of the replies that are kept until their clients acknowledge them.");
    }

    /// <summary>Observes how many sessions the services of the process hold.</summary>
    public static void ObserveSessions(Func<IEnumerable<Measurement<long>>> active, Func<IEnumerable<Measurement<long>>> pending)
    {
        Meter.CreateObservableUpDownCounter("secureconversation.active_sessions", active, "{session}",
            "Sessions in the memory of the process, pending ones included.");
        Meter.CreateObservableUpDownCounter("secureconversation.pending_sessions", pending, "{session}",
            "Sessions that were opened and not used yet, also those in a session store.");
    }
}
