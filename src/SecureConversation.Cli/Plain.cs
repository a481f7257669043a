using System.Globalization;

namespace SecureConversation.Cli;

/// <summary>Text of files that are not trusted, for terminals.</summary>
internal static class Plain
{
    private const int Longest = 2000;

    /// <summary>The text on one line, without anything that a terminal obeys, and cut where it is too long.</summary>
    public static string Text(string text)
    {
        var clean = string.Create(text.Length, text, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = IsObeyed(source[i]) ? ' ' : source[i];
            }
        });
        return clean.Length <= Longest ? clean : string.Concat(clean.AsSpan(0, Longest), "...");
    }

    private static bool IsObeyed(char c) => char.IsControl(c)
        || CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
