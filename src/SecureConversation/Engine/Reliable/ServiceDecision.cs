namespace SecureConversation.Engine.Reliable;

/// <summary>What the service does with a message of a sequence.</summary>
internal enum ServiceStep
{
    /// <summary>The message is new: it goes to the application after its predecessor.</summary>
    Deliver,

    /// <summary>The message came before: it gets the reply of then, as soon as that is there.</summary>
    Repeat,

    /// <summary>Nothing but an acknowledgement is left to answer.</summary>
    Acknowledge,

    /// <summary>The message counts as lost, and the client sends it again.</summary>
    Drop,

    /// <summary>The message breaks a rule.</summary>
    Refuse,
}

/// <summary>Why a message counts as lost.</summary>
internal enum DropCause
{
    None,

    /// <summary>It came before its predecessor, or its number is beyond the window.</summary>
    Early,

    /// <summary>As many replies as the window has are not acknowledged, or too many numbers are missing.</summary>
    Window,

    /// <summary>The replies of its client take all of the memory that he may use.</summary>
    KeptReplies,

    /// <summary>A later repetition of the same request waits for its reply instead.</summary>
    Waiting,
}

/// <summary>A step, with what belongs to it.</summary>
/// <param name="Step">The step.</param>
/// <param name="Exchange">The exchange of a request that is new.</param>
/// <param name="Repetition">A request that came before.</param>
/// <param name="Fault">What is answered to a message that is refused.</param>
/// <param name="Cause">Why a message counts as lost.</param>
/// <param name="Limit">The setting that has no room for it; null where that is not the cause.</param>
internal readonly record struct ServiceDecision(ServiceStep Step, ServiceExchange? Exchange = null,
    Repetition? Repetition = null, SequenceFault? Fault = null, DropCause Cause = DropCause.None, string? Limit = null);

/// <summary>Why a sequence ended at the service.</summary>
internal enum SequenceEndReason
{
    /// <summary>The client terminated it.</summary>
    Terminated,

    /// <summary>Nothing came for InactivityTimeout.</summary>
    Inactive,

    /// <summary>A message broke the protocol.</summary>
    Faulted,

    /// <summary>The replies that its client does not acknowledge take too much memory.</summary>
    RepliesNotAcknowledged,

    /// <summary>Its security session ended.</summary>
    SessionClosed,
}

/// <summary>The end of a sequence.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Detail">That in words, for its owner and its client.</param>
internal sealed record SequenceOutcome(SequenceEndReason Reason, string Detail);
