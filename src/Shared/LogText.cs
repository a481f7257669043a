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
    public static string? OfAction(string? action)
    {
        if (action is null)
        {
            return null;
        }

        var isCut = action.Length > MaxAction;
        if (!isCut && !action.Any(IsControl))
        {
            return action;
        }

        var text = string.Create(Math.Min(action.Length, MaxAction), action, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = IsControl(from[i]) ? '?' : from[i];
            }
        });
        return isCut ? text + "..." : text;
    }

    private static bool IsControl(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
