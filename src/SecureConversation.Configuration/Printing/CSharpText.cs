using System.Globalization;
using System.Text;

namespace SecureConversation.Configuration.Printing;

/// <summary>Pieces of C#.</summary>
internal static class CSharpText
{
    private const string Indent = "    ";

    // With the indentation of what stands around it, a line stays below the usual length.
    private const int LongestLine = 96;

    /// <summary>A string literal.</summary>
    public static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append(@"\\"),
                // Whatever could end a line or hide in one.
                _ when CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Surrogate
                    or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format =>
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    /// <summary>An expression for a time, in the largest unit that holds it.</summary>
    public static string Time(TimeSpan value)
    {
        if (value == TimeSpan.Zero || value == TimeSpan.MaxValue)
        {
            return value == TimeSpan.Zero ? "TimeSpan.Zero" : "TimeSpan.MaxValue";
        }

        foreach (var (unit, ticks) in Units)
        {
            if (value.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"TimeSpan.From{unit}({value.Ticks / ticks})");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"TimeSpan.FromTicks({value.Ticks})");
    }

    /// <summary>An expression with an initializer: on one line, or with a line for each member.</summary>
    /// <param name="head">What stands before the braces.</param>
    /// <param name="members">The members, such as "A = 1".</param>
    /// <param name="whenEmpty">What stands in its place when there are no members.</param>
    public static string Initializer(string head, IReadOnlyCollection<string> members, string whenEmpty) =>
        members.Count == 0 ? whenEmpty : Braced(head, members, "{", "}", " ");

    /// <summary>A collection expression.</summary>
    public static string Collection(IReadOnlyCollection<string> items) => items.Count == 0 ? "[]" : Braced("", items, "[", "]", "");

    private static string Braced(string head, IReadOnlyCollection<string> parts, string open, string close, string space)
    {
        var before = head.Length == 0 ? "" : $"{head} ";
        var line = $"{before}{open}{space}{string.Join(", ", parts)}{space}{close}";
        if (line.Length <= LongestLine && !line.Contains('\n', StringComparison.Ordinal))
        {
            return line;
        }

        var start = head.Length == 0 ? open : $"{head}\n{open}";
        return $"{start}\n{string.Concat(parts.Select(part => $"{Indented(part)},\n"))}{close}";
    }

    /// <summary>Indents all lines by one step.</summary>
    public static string Indented(string text) => Indent + text.Replace("\n", $"\n{Indent}", StringComparison.Ordinal);

    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("Days", TimeSpan.TicksPerDay), ("Hours", TimeSpan.TicksPerHour), ("Minutes", TimeSpan.TicksPerMinute),
        ("Seconds", TimeSpan.TicksPerSecond), ("Milliseconds", TimeSpan.TicksPerMillisecond),
    ];
}
