namespace SecureConversation.Configuration.Json;

/// <summary>Finds the name that somebody may have meant.</summary>
internal static class Spelling
{
    // Longer names are not compared: the time grows with the square of the length.
    private const int LongestCompared = 100;

    /// <summary>"Did you mean X?", or null when no name is near.</summary>
    public static string? Hint(string written, IEnumerable<string> names) =>
        Nearest(written, names) is { } nearest ? $"Did you mean {nearest}?" : null;

    /// <summary>The name that differs in at most a third of its letters; null when there is none.</summary>
    public static string? Nearest(string written, IEnumerable<string> names)
    {
        if (written.Length is 0 or > LongestCompared)
        {
            return null;
        }

        var best = names.Select(name => (Name: name, Distance: Distance(Folded(written), Folded(name))))
            .OrderBy(candidate => candidate.Distance).FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(1, Math.Min(written.Length, best.Name.Length) / 3) ? best.Name : null;
    }

    private static string Folded(string name) => name.ToUpperInvariant();

    /// <summary>The edit distance of Levenshtein.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
