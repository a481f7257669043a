namespace SecureConversation.Engine.Failures;

/// <summary>The side that can detect a failure.</summary>
internal enum FailureSide
{
    Service,
    Client,
    Either,
}

/// <summary>Where an operator can see a failure.</summary>
internal enum FailureLog
{
    /// <summary>The engine logs that the message was refused.</summary>
    Refused,
    /// <summary>The engine logs a defect, with its exception.</summary>
    Defect,
    /// <summary>The engine logs what code of the application threw.</summary>
    Thrown,
    /// <summary>The engine logs what the session store or the replay cache of the application threw.</summary>
    Store,
    /// <summary>The host logs the status that it answered with.</summary>
    Host,
    /// <summary>Nothing is logged, because the caller gets the exception.</summary>
    Exception,
}

/// <summary>The documentation of a failure for operators on both sides. docs/failures.md is generated from it.</summary>
internal sealed record FailureAdvice
{
    public required FailureSide Side { get; init; }

    /// <summary>The clause of the specification that the message breaks.</summary>
    public required string Clause { get; init; }

    /// <summary>The usual causes.</summary>
    public required string Cause { get; init; }

    /// <summary>What to do, with the names of the settings.</summary>
    public required string Remedy { get; init; }

    public FailureLog Log { get; init; } = FailureLog.Refused;

    /// <summary>What the other side sees; null if it is the fault of <see cref="FaultMap"/>.</summary>
    public string? Answer { get; init; }
}
