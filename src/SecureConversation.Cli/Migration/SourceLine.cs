namespace SecureConversation.Cli.Migration;

/// <summary>What a place in a source means.</summary>
internal sealed record SourceLine
{
    public required Verdict Verdict { get; init; }

    public required string Subject { get; init; }

    public required string Text { get; init; }

    public string? Remedy { get; init; }
}

/// <summary>The first argument of a creation.</summary>
internal sealed record Argument
{
    /// <summary>The type that is created, as it is written.</summary>
    public required string Type { get; init; }

    /// <summary>Whether there is no argument.</summary>
    public required bool IsMissing { get; init; }

    /// <summary>The text, where it is a literal.</summary>
    public required string? Name { get; init; }

    /// <summary>The last name of the expression, as Message of SecurityMode.Message.</summary>
    public required string? Member { get; init; }

    /// <summary>Whether it can be the mode Message.</summary>
    public required bool IsMessage { get; init; }
}
