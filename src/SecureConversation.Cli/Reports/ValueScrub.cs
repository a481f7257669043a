using System.Buffers;
using SecureConversation.Cli.Decoding;

namespace SecureConversation.Cli.Reports;

/// <summary>Takes fields away that repeat a redacted value.</summary>
internal sealed class ValueScrub
{
    /// <summary>Values that are looked for in other fields; after so many, those fields go.</summary>
    private const int MostValues = 50_000;

    private const string Mark = Redaction.Mark;

    private readonly SearchValues<string>? _values;
    private readonly RedactedValues _gone;
    private readonly bool _isAll;

    /// <param name="gone">The values.</param>
    /// <param name="isAll">Whether nothing that a message says may stay, but for what messages are told apart by.</param>
    public ValueScrub(RedactedValues gone, bool isAll)
    {
        (_gone, _isAll) = (gone, isAll);
        _values = gone.Long.Count > MostValues ? null : SearchValues.Create([.. gone.Long], StringComparison.Ordinal);
    }

    public SourceReport Apply(SourceReport source) =>
        source with { Notes = [.. source.Notes.Select(note => _isAll ? Mark : Field(note))] };

    public BindingReport? Apply(BindingReport? binding) => binding is null ? null : binding with
    {
        Summary = Field(binding.Summary),
        Assumptions =
        [
            .. binding.Assumptions.Select(assumption => assumption with
            {
                Setting = Field(assumption.Setting),
                Value = Field(assumption.Value),
                Reason = Field(assumption.Reason),
            }),
        ],
        CSharp = string.Join('\n', binding.CSharp.Split('\n').Select(Line)),
    };

    /// <summary>Scrubs a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isWithheld">Whether its text was withheld, so that nobody knows which of its values were to go.</param>
    public MessageReport Apply(MessageReport message, bool isWithheld) => message with
    {
        Action = Told(message.Action, isWithheld),
        MessageId = Told(message.MessageId, isWithheld),
        RelatesTo = Told(message.RelatesTo, isWithheld),
        SessionId = Told(message.SessionId, isWithheld),
        KeyInstance = Told(message.KeyInstance, isWithheld),
        Address = Address(message.Address),
        ContentType = Told(message.ContentType, isWithheld),
        Sender = Said(message.Sender, isWithheld || _gone.HasCertificate),
        Failure = message.Failure is { } failure ? failure with
        {
            Found = Said(failure.Found, isWithheld || _gone.HasCertificate),
            Expected = Said(failure.Expected, isWithheld),
            Rule = Field(failure.Rule),
        }
        : null,
        Fault = message.Fault is { } fault
            ? fault with { Code = Told(fault.Code, isWithheld), Reason = Said(fault.Reason, isWithheld) }
            : null,
        // A note may quote another message.
        Notes = [.. message.Notes.Select(note => MessageNotes.IsOwn(note) ? note : Said(note, isWithheld))],
        Signatures = [.. message.Signatures.Select(signature => Apply(signature, isWithheld))],
        Encryptions =
        [
            .. message.Encryptions.Select(encryption => encryption with
            {
                Id = Field(encryption.Id),
                Algorithm = Field(encryption.Algorithm),
                Key = Key(encryption.Key, isWithheld),
            }),
        ],
        Envelope = Apply(message.Envelope),
    };

    private SignatureReport Apply(SignatureReport signature, bool isWithheld) => signature with
    {
        Algorithm = Field(signature.Algorithm),
        Key = Key(signature.Key, isWithheld),
        References =
        [
            .. signature.References.Select(reference => reference with
            {
                Uri = Field(reference.Uri),
                DigestAlgorithm = Field(reference.DigestAlgorithm),
                Difference = Field(reference.Difference),
            }),
        ],
    };

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(part))]
    private PartReport? Apply(PartReport? part) => part is null ? null
        : part with { Id = Field(part.Id), Children = [.. part.Children.Select(child => Apply(child))] };

    private KeyReport? Key(KeyReport? key, bool isWithheld)
    {
        if (key is null)
        {
            return null;
        }

        // The subject of a certificate, or its issuer, is a name.
        var isName = key.Kind == "Certificate" && (_isAll || isWithheld || _gone.HasCertificate);
        return key with
        {
            Name = isName && key.Name.StartsWith("named by ", StringComparison.Ordinal) ? Mark : Field(key.Name),
            Of = isName && key.Of is not null ? Mark : Field(key.Of),
        };
    }

    private Uri? Address(Uri? address) =>
        address is null || Field(address.OriginalString) == Mark || Field(Uri.UnescapeDataString(address.OriginalString)) == Mark ? null
        // A path may have what the application says.
        : _isAll ? address.IsAbsoluteUri ? new Uri(address.GetLeftPart(UriPartial.Authority)) : null
        : address;

    // A line of C# has the value as a literal.
    private string Line(string line)
    {
        var text = line.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        return Field(line) == Mark || Field(text) == Mark ? $"{line[..^line.TrimStart().Length]}// {Mark}" : line;
    }

    /// <summary>What messages are told apart by.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private string? Told(string? text, bool isWithheld) => isWithheld && !_isAll && text is not null ? Mark : Field(text);

    /// <summary>What a message says beside that.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private string? Said(string? text, bool isGone) => (_isAll || isGone) && text is not null ? Mark : Field(text);

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private string? Field(string? text) =>
        text is not null && (_values is null || text.AsSpan().ContainsAny(_values) || HasShort(text)) ? Mark : text;

    private bool HasShort(string text)
    {
        if (_gone.Short.Count == 0)
        {
            return false;
        }

        var isFound = _gone.Short.Contains(text.Trim());
        for (var i = text.IndexOf('"', StringComparison.Ordinal); i >= 0 && !isFound; i = text.IndexOf('"', i + 1))
        {
            isFound = text.IndexOf('"', i + 1) is var end && end - i is 2 or 3 && _gone.Short.Contains(text[(i + 1)..end]);
        }

        return isFound;
    }
}
