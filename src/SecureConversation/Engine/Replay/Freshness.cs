using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Replay;

/// <summary>How a receiver judges whether a message is fresh: how far the clocks may differ, how old it may be, whether it may repeat.</summary>
internal sealed record Freshness(TimeProvider Clock, TimeSpan ReplayWindow, TimeSpan ClockSkew, bool DetectsReplays)
{
    /// <summary>How long a signature value must be remembered: no message outlives it.</summary>
    public TimeSpan Retention => ReplayWindow + ClockSkew + ClockSkew;

    public static Freshness Of(LocalClientSecuritySettings settings, TimeProvider clock) =>
        new(clock, settings.ReplayWindow, settings.MaxClockSkew, settings.DetectReplays);

    public static Freshness Of(LocalServiceSecuritySettings settings, TimeProvider clock) =>
        new(clock, settings.ReplayWindow, settings.MaxClockSkew, settings.DetectReplays);

    /// <param name="element">The timestamp; null element where the message has none.</param>
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

    /// <summary>Whether a message is looked up in the replay cache. Without a timestamp nothing says when to forget it.</summary>
    public bool RemembersMessage(Timestamp? timestamp) => DetectsReplays && timestamp is not null;

    /// <summary>Refuses what the replay cache did not call fresh.</summary>
    public static void RequireFirst(ReplayOutcome outcome)
    {
        if (outcome != ReplayOutcome.Fresh)
        {
            Fail.With(outcome == ReplayOutcome.Full ? FailureCode.ReplayCacheFull : FailureCode.Replayed);
        }
    }
}
