namespace SecureConversation.Cli.Migration;

/// <summary>A project of the solution.</summary>
internal sealed record ProjectFile
{
    /// <summary>The file, relative to the directory that was looked at.</summary>
    public required string File { get; init; }

    /// <summary>The frameworks, as the project writes them; empty where it inherits them.</summary>
    public required string Framework { get; init; }

    /// <summary>Whether it has the form of before .NET Core, without Sdk.</summary>
    public required bool IsOldStyle { get; init; }

    /// <summary>Packages that bring WCF or message security, with their versions.</summary>
    public required IReadOnlyList<string> Packages { get; init; }
}
