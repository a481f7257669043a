namespace SecureConversation.Cli.Reports;

/// <summary>The values that went, which other fields of a report may repeat.</summary>
internal sealed class RedactedValues
{
    // Fields that repeat a long value have its start only.
    private const int LongestStart = 64;

    /// <summary>Values of three characters and more.</summary>
    public HashSet<string> Long { get; } = new(StringComparer.Ordinal);

    /// <summary>Shorter ones, which are found in every text, so that only a field that has nothing else repeats one.</summary>
    public HashSet<string> Short { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a certificate went, whose subject other fields tell.</summary>
    public bool HasCertificate { get; set; }

    public void Add(string? value)
    {
        if (value?.Trim() is not { Length: > 0 } trimmed || trimmed is Redaction.Mark or Secrets.Mark)
        {
            return;
        }

        if (trimmed.Length <= 2)
        {
            Short.Add(trimmed);
            return;
        }

        Long.Add(trimmed);
        if (trimmed.Length > LongestStart)
        {
            Long.Add(trimmed[..LongestStart]);
        }
    }
}
