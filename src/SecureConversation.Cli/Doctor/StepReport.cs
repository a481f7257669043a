namespace SecureConversation.Cli.Doctor;

/// <summary>What became of a step.</summary>
internal enum StepStatus
{
    /// <summary>It is in order.</summary>
    Ok,

    /// <summary>It works now, and may not for long or everywhere.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,

    /// <summary>It was not looked at, because the binding does not need it or an earlier step failed.</summary>
    Skipped,
}

/// <summary>One step of an examination.</summary>
/// <param name="Name">Its name: "policy", "session".</param>
/// <param name="Status">What became of it.</param>
/// <param name="Found">What was found, in a sentence.</param>
internal sealed record StepReport(string Name, StepStatus Status, string Found)
{
    /// <summary>What else was found, a line each.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>What to do; null where nothing is to be done.</summary>
    public string? Remedy { get; init; }
}
