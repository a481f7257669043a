namespace SecureConversation.Cli.Captures;

/// <summary>What one file, directory or the standard input holds, in the order of time.</summary>
internal sealed record Capture
{
    /// <summary>Its name, as it was given.</summary>
    public required string Name { get; init; }

    /// <summary>The format that it was read as, in words: "HAR", "pcapng", ...</summary>
    public required string Format { get; init; }

    /// <summary>The messages that may be SOAP, in order.</summary>
    public required IReadOnlyList<CapturedMessage> Messages { get; init; }

    /// <summary>What was passed over, and why: "3 bodies of text/html", "a connection under TLS".</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
