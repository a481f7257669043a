namespace SecureConversation.Cli.Migration;

/// <summary>One thing in a project.</summary>
internal sealed record Finding
{
    public required Verdict Verdict { get; init; }

    /// <summary>The file, relative to the directory that was looked at, with slashes.</summary>
    public required string File { get; init; }

    /// <summary>The line, from 1; null where it is about the whole file.</summary>
    public int? Line { get; init; }

    /// <summary>What was found, as it is called there.</summary>
    public required string Subject { get; init; }

    /// <summary>What is the matter with it: one sentence.</summary>
    public required string Text { get; init; }

    /// <summary>What to do: one sentence; null where there is nothing to do.</summary>
    public string? Remedy { get; init; }
}
