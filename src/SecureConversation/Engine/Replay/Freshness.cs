using SecureConversation.Engine.Receive;

namespace SecureConversation.Engine.Replay;

/// <summary>How far the clocks of the two sides may differ and how old a message may be.</summary>
internal sealed record Freshness(TimeProvider Clock, TimeSpan ReplayWindow, TimeSpan ClockSkew)
{
    /// <summary>How long a signature value must be remembered: no message outlives it.</summary>
    public TimeSpan Retention => ReplayWindow + ClockSkew + ClockSkew;

    public Timestamp? Require(SecurityHeader header)
    {
        if (header.Single(SecurityItemKind.Timestamp) is not { } item)
        {
            return null;
        }

        var timestamp = Timestamp.Read(item.Element);
        timestamp.RequireFresh(Clock.GetUtcNow(), ReplayWindow, ClockSkew);
        return timestamp;
    }
}
