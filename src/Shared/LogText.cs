using System.Globalization;

namespace SecureConversation.Shared;

/// <summary>Text of messages as it may stand in a log: anybody may have written it.</summary>
internal static class LogText
{
    /// <summary>How many characters of an action are logged.</summary>
    public const int MaxAction = 256;

    /// <summary>How many characters of an identifier or of the name of somebody are logged.</summary>
    public const int MaxName = 256;

    /// <summary>How many characters are logged of what was found, and of what was expected: the elements of a chain take some.</summary>
    public const int MaxSentence = 2048;

    /// <summary>
    /// The action of a message: no more than its first 256 characters, and a question mark for each that could end a line of the log or
    /// steer a terminal.
    /// </summary>
    public static string? OfAction(string? action) => action is null ? null : Short(action, MaxAction);

    /// <summary>The same; "none" for a message without one.</summary>
    public static string OfActionOrNone(string? action) => OfAction(action) ?? "none";

    /// <summary>No more than the first characters of a text, and a question mark for each that could end a line of the log.</summary>
    public static string Short(string text, int most) => text.Length > most ? InOneLine(text[..most]) + "..." : InOneLine(text);

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
