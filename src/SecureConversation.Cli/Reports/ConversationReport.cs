using SecureConversation.Binding;

namespace SecureConversation.Cli.Reports;

/// <summary>What is known of a recorded conversation: the model behind table, JSON and page.</summary>
internal sealed record ConversationReport
{
    /// <summary>The files that it was read from, with what was passed over in them.</summary>
    public required IReadOnlyList<SourceReport> Sources { get; init; }

    /// <summary>The binding that was found or given; null where no message was secured.</summary>
    public BindingReport? Binding { get; init; }

    /// <summary>Whom the caller trusts, where nobody said it: then a name is only that of who signed. Null where all was given.</summary>
    public string? Trust { get; init; }

    /// <summary>That secrets were left out; null where there were none, or they are shown.</summary>
    public string? Secrets { get; init; }

    /// <summary>The messages in their order.</summary>
    public required IReadOnlyList<MessageReport> Messages { get; init; }

    /// <summary>How many messages hold every rule of the binding.</summary>
    public int Verified => Messages.Count(message => message.Verdict == MessageVerdict.Verified);

    /// <summary>How many messages break a rule.</summary>
    public int Refused => Messages.Count(message => message.Verdict == MessageVerdict.Refused);
}

/// <summary>One capture.</summary>
/// <param name="Name">Its name, as it was given.</param>
/// <param name="Format">The format that it was read as.</param>
/// <param name="Messages">How many messages it has.</param>
/// <param name="Notes">What was passed over, and why.</param>
internal sealed record SourceReport(string Name, string Format, int Messages, IReadOnlyList<string> Notes);

/// <summary>The binding, and how it was found.</summary>
internal sealed record BindingReport
{
    /// <summary>In a line: the factory and what differs from it.</summary>
    public required string Summary { get; init; }

    /// <summary>Whether the caller gave it, so that nothing was assumed.</summary>
    public bool IsGiven { get; init; }

    /// <summary>Each setting, its value, and what shows it.</summary>
    public required IReadOnlyList<Assumption> Assumptions { get; init; }

    /// <summary>The binding in C#, as <c>secureconversation import</c> prints it.</summary>
    public required string CSharp { get; init; }
}

/// <summary>A setting that was found out.</summary>
/// <param name="Setting">Its name, as in the binding.</param>
/// <param name="Value">Its value.</param>
/// <param name="Reason">What shows it: "message 3 is ...", or that nothing does.</param>
/// <param name="IsSeen">Whether a message shows it; false for a default that nothing contradicts.</param>
internal sealed record Assumption(string Setting, string Value, string Reason, bool IsSeen);

/// <summary>What became of a message.</summary>
internal enum MessageVerdict
{
    /// <summary>Every rule of the binding holds.</summary>
    Verified,

    /// <summary>It has no message security, and the binding allows that: a fault, or a reply.</summary>
    Unsecured,

    /// <summary>It breaks a rule.</summary>
    Refused,

    /// <summary>It was not looked at: it was logged in clear, or the capture has not all of it.</summary>
    NotRead,
}

/// <summary>One message.</summary>
internal sealed record MessageReport
{
    /// <summary>Its number in the report, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The file, and the entry within it.</summary>
    public required string Source { get; init; }

    /// <summary>When it was sent, by the clock of the capture, or by its own timestamp where the capture has no clock.</summary>
    public DateTimeOffset? Instant { get; init; }

    /// <summary>Who sent it.</summary>
    public required MessageDirection Direction { get; init; }

    /// <summary>What it is for: a name of <see cref="Diagnosis.DecodedKind"/>, or "Negotiation", "InClear", "Incomplete".</summary>
    public required string Kind { get; init; }

    public required MessageVerdict Verdict { get; init; }

    public string? Action { get; init; }

    public string? MessageId { get; init; }

    public string? RelatesTo { get; init; }

    /// <summary>The identifier of the security context that protects it.</summary>
    public string? SessionId { get; init; }

    /// <summary>The instance of the key of that context, after a renewal.</summary>
    public string? KeyInstance { get; init; }

    /// <summary>Number of the message that it answers; null where it answers none that is here.</summary>
    public int? AnswerTo { get; init; }

    public Uri? Address { get; init; }

    public int? HttpStatus { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Size of the body in bytes.</summary>
    public required int Size { get; init; }

    /// <summary>Who sent it, as the message proves it: the subject of a certificate, a user name.</summary>
    public string? Sender { get; init; }

    public IReadOnlyList<SignatureReport> Signatures { get; init; } = [];

    public IReadOnlyList<EncryptionReport> Encryptions { get; init; } = [];

    /// <summary>
    /// The envelope after decryption, or, of a message that was refused, what of it can be read; null where it is no XML.
    /// </summary>
    public PartReport? Envelope { get; init; }

    /// <summary>The envelope after decryption, whole; null where nothing was decrypted.</summary>
    public string? Plaintext { get; init; }

    /// <summary>The body as on the wire, as text; null where it is no text.</summary>
    public string? Wire { get; init; }

    public FailureReport? Failure { get; init; }

    public FaultReport? Fault { get; init; }

    /// <summary>What else is worth knowing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
