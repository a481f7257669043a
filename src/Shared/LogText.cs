using System.Globalization;

namespace SecureConversation.Shared;

/// <summary>Text of messages as it may stand in a log: anybody may have written it.</summary>
internal static class LogText
{
    /// <summary>How many characters of an action are logged.</summary>
    public const int MaxAction = 256;

    /// <summary>
    /// The action of a message: no more than its first 256 characters, and a question mark for each that could end a line of the log or
    /// steer a terminal.
    /// </summary>
    public static string? OfAction(string? action) => action switch
    {
        null => null,
        { Length: > MaxAction } => InOneLine(action[..MaxAction]) + "...",
        _ => InOneLine(action),
    };

    /// <summary>A question mark for each character that could end a line of the log or steer a terminal.</summary>
    public static string InOneLine(string text) => !text.Any(IsControl)
        ? text
        : string.Create(text.Length, text, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = IsControl(from[i]) ? '?' : from[i];
            }
        });

    // Format characters turn the direction of what follows.
    private static bool IsControl(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
