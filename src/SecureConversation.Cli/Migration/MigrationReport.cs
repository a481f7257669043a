namespace SecureConversation.Cli.Migration;

/// <summary>What a directory needs.</summary>
internal sealed record MigrationReport
{
    /// <summary>The directory in full.</summary>
    public required string Directory { get; init; }

    /// <summary>The projects, by file.</summary>
    public required IReadOnlyList<ProjectFile> Projects { get; init; }

    /// <summary>The findings, by file and line.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>How many files were read.</summary>
    public required int FilesRead { get; init; }

    /// <summary>Whether all of it works, after the changes that are named.</summary>
    public bool Works => Count(Verdict.NotOffered) == 0 && Count(Verdict.Unreadable) == 0;

    public int Count(Verdict verdict) => Findings.Count(finding => finding.Verdict == verdict);
}
