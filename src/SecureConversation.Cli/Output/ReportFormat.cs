namespace SecureConversation.Cli.Output;

/// <summary>How a report is printed.</summary>
internal enum ReportFormat
{
    /// <summary>Lines for people.</summary>
    Text,
    /// <summary>One JSON object for programs.</summary>
    Json,
    /// <summary>Tables for an issue or a wiki.</summary>
    Markdown,
}
