using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Replay;

/// <summary>Judges whether a message is fresh, by its timestamp and by the replay cache.</summary>
/// <param name="Clock">The source of time.</param>
/// <param name="ReplayWindow">The greatest age of a message.</param>
/// <param name="ClockSkew">By how much the clocks of the two sides may differ.</param>
/// <param name="DetectsReplays">Whether a message that comes again is refused.</param>
internal readonly record struct Freshness(TimeProvider Clock, TimeSpan ReplayWindow, TimeSpan ClockSkew, bool DetectsReplays)
{
    /// <summary>How long the replay cache must remember a message: after that time its timestamp is refused.</summary>
    public TimeSpan Retention => ReplayWindow + ClockSkew + ClockSkew;

    public static Freshness Of(LocalClientSecuritySettings settings, TimeProvider clock) =>
        new(clock, settings.ReplayWindow, settings.MaxClockSkew, settings.DetectReplays);

    public static Freshness Of(LocalServiceSecuritySettings settings, TimeProvider clock) =>
        new(clock, settings.ReplayWindow, settings.MaxClockSkew, settings.DetectReplays);

    /// <summary>Reads the timestamp and requires that it is fresh; null where the message has none.</summary>
    /// <param name="element">The wsu:Timestamp; null element where the message has none.</param>
    /// <exception cref="SecurityFailureException">The timestamp is malformed, expired, too old or in the future.</exception>
    public Timestamp? Require(XmlElement element)
    {
        if (element.IsNull)
        {
            return null;
        }

        var timestamp = Timestamp.Read(element);
        timestamp.RequireFresh(Clock.GetUtcNow(), ReplayWindow, ClockSkew);
        return timestamp;
    }

    /// <summary>Whether a message goes to the replay cache. Only its timestamp says when the cache may forget the message.</summary>
    public bool RemembersMessage(Timestamp? timestamp) => DetectsReplays && timestamp is not null;

    /// <summary>Refuses a message that the replay cache knows already, or has no room for.</summary>
    public static void RequireFirst(ReplayOutcome outcome)
    {
        if (!IsRemembered(outcome))
        {
            Fail.With(FailureCode.ReplayCacheFull, DetailOf(outcome));
        }
    }

    /// <summary>
    /// Refuses a message that the replay cache knows already or whose session has ended; false when it has no room for a new one.
    /// </summary>
    public static bool IsRemembered(ReplayOutcome outcome) => outcome switch
    {
        ReplayOutcome.Fresh => true,
        ReplayOutcome.Full or ReplayOutcome.ShareUsedUp => false,
        ReplayOutcome.SessionEnded => Fail.With<bool>(
            FailureCode.UnknownContext, "wsc:SecurityContextToken", "a session that has ended at another instance of the service"),
        _ => Fail.With<bool>(FailureCode.Replayed, "ds:SignatureValue", "one that came before"),
    };

    /// <summary>Which limit a message without room has met.</summary>
    public static string DetailOf(ReplayOutcome outcome) =>
        outcome == ReplayOutcome.ShareUsedUp ? "ReplayCacheSize, share of the sender" : "ReplayCacheSize";
}
