using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli;

/// <summary>The page of a report. Where there is no writer of pages, the command has no option for them.</summary>
internal static class HtmlOutput
{
    /// <summary>Writes a report as a page, without the values of the elements that the XPath expressions, or "all", name.</summary>
    public static Action<ConversationReport, TextWriter, IReadOnlyList<string>>? Writer { get; set; }
}
