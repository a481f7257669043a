using System.Buffers;

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

    /// <summary>Values that are looked for in other fields; after so many, those fields go.</summary>
    private const int MostValues = 50_000;

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
        var values = new HashSet<string>(StringComparer.Ordinal);
        var messages = report.Messages.Select(message => new RedactedMessage(_paths, values).Apply(message)).ToList();
        // After all of them, because a fault repeats what another message has.
        var searched = values.Count > MostValues ? null : SearchValues.Create([.. values], StringComparison.Ordinal);
        var scrub = new ValueScrub(searched, _paths is null);
        return report with { Messages = [.. messages.Select(scrub.Apply)] };
    }

    /// <summary>Takes fields away that repeat a value.</summary>
    /// <param name="values">The values; null where they are too many.</param>
    /// <param name="isAll">Whether nothing that a message says may stay.</param>
    private sealed class ValueScrub(SearchValues<string>? values, bool isAll)
    {
        public MessageReport Apply(MessageReport message) => message with
        {
            Action = Field(message.Action),
            MessageId = Field(message.MessageId),
            RelatesTo = Field(message.RelatesTo),
            SessionId = Field(message.SessionId),
            KeyInstance = Field(message.KeyInstance),
            Address = Field(message.Address?.OriginalString) == Mark ? null : message.Address,
            ContentType = Field(message.ContentType),
            Sender = Said(message.Sender),
            Failure = message.Failure is { } failure ? failure with
            {
                Found = Said(failure.Found),
                Expected = Field(failure.Expected),
                Rule = Field(failure.Rule),
            }
            : null,
            Fault = message.Fault is { } fault ? fault with { Code = Field(fault.Code), Reason = Said(fault.Reason) } : null,
            Notes = [.. message.Notes.Select(note => Field(note))],
            Signatures = [.. message.Signatures.Select(signature => signature with
            {
                Key = Key(signature.Key),
                References = [.. signature.References.Select(reference => reference with { Difference = Field(reference.Difference) })],
            })],
            Encryptions = [.. message.Encryptions.Select(encryption => encryption with { Key = Key(encryption.Key) })],
        };

        private KeyReport? Key(KeyReport? key) => key is null ? null : key with { Name = Field(key.Name), Of = Field(key.Of) };

        [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
        private string? Said(string? text) => isAll && text is not null ? Mark : Field(text);

        [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
        private string? Field(string? text) =>
            text is not null && (values is null || text.AsSpan().ContainsAny(values)) ? Mark : text;
    }
}
