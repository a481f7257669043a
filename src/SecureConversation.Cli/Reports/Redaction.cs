namespace SecureConversation.Cli.Reports;

/// <summary>
/// Takes values out of a report before anything is written of it. With a value goes what would give it away: digests over it and signature
/// values, since short values can be guessed; ciphertexts, since others have keys; and fields that repeat it. A text that cannot be read
/// as XML is withheld whole.
/// </summary>
internal sealed class Redaction
{
    /// <summary>What stands in place of a value.</summary>
    public const string Mark = "[redacted]";

    private readonly RedactionPaths? _paths;

    private Redaction(RedactionPaths? paths, string description)
    {
        _paths = paths;
        Description = description;
    }

    /// <summary>
    /// All values of elements and attributes, but for those that messages are told apart by: actions, ids, times, algorithms.
    /// </summary>
    public static Redaction All { get; } = new(null, "All values are redacted.");

    /// <summary>What is redacted, for the reader.</summary>
    public string Description { get; }

    /// <summary>Creates one.</summary>
    /// <param name="expressions">XPath 1.0 expressions, each of which selects nodes of an envelope; or the word all.</param>
    /// <param name="prefixes">More prefixes for them: prefix=namespace. Known are s, a, o, u, k, ds, e, c, t.</param>
    /// <exception cref="FormatException">One of them cannot be used; the message says why.</exception>
    public static Redaction Create(IReadOnlyList<string> expressions, IReadOnlyList<string>? prefixes = null)
    {
        if (expressions.Contains("all"))
        {
            return All;
        }

        var paths = RedactionPaths.Parse(expressions, prefixes ?? []);
        return new Redaction(paths, $"Redacted: {Plain.Text(string.Join(", ", expressions))}");
    }

    /// <summary>Makes a report that has none of the values.</summary>
    public ConversationReport Apply(ConversationReport report)
    {
        var values = new RedactedValues();
        var messages = report.Messages.Select(message => new RedactedMessage(_paths, values).Apply(message)).ToList();
        // After all of them, because a fault repeats what another message has.
        var scrub = new ValueScrub(values, _paths is null);
        return report with
        {
            Sources = [.. report.Sources.Select(scrub.Apply)],
            Binding = scrub.Apply(report.Binding),
            Messages = [.. messages.Select(message => scrub.Apply(message.Report, message.IsWithheld))],
        };
    }
}
