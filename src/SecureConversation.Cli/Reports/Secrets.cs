namespace SecureConversation.Cli.Reports;

/// <summary>
/// Leaves passwords and secrets of keys out of a report: who reads it does not need them, and who gets it would have them. With a password
/// go digests over it, since it can be guessed; the secret of a key is too long for that.
/// </summary>
internal static class Secrets
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Mark = "[secret left out]";

    private const string Sentence = "Passwords and secrets of keys are left out; --show-secrets shows them.";
    private const string Withheld = "[withheld: not readable as XML, and it may have secrets]";

    // Elements that have secrets, and what could hide such an element.
    private static readonly string[] Words = ["Password", "BinarySecret", "<!DOCTYPE"];

    /// <summary>Makes a report that has no secrets, and says so where it had some.</summary>
    public static ConversationReport LeaveOut(ConversationReport report)
    {
        var (messages, sentence) = LeaveOut(report.Messages);
        return report with { Messages = messages, Secrets = sentence ?? report.Secrets };
    }

    /// <summary>Makes messages that have no secrets.</summary>
    /// <returns>The messages, and a sentence for the reader; null where none had any.</returns>
    public static (IReadOnlyList<MessageReport> Messages, string? Sentence) LeaveOut(IReadOnlyList<MessageReport> messages)
    {
        var values = new RedactedValues();
        var removals = messages.Select(message => new SecretRemoval(message, values)).ToList();
        // After all of them, because a fault repeats what another message has.
        return ([.. removals.Select(removal => Scrub(removal.Message, values))],
            removals.Exists(removal => removal.HadSecrets) ? Sentence : null);
    }

    private static MessageReport Scrub(MessageReport message, RedactedValues values)
    {
        if (values.Long.Count == 0 || (message.Failure is null && message.Fault is null && message.Notes.Count == 0))
        {
            return message;
        }

        return message with
        {
            Failure = message.Failure is { } failure
                ? failure with { Found = Field(failure.Found), Expected = Field(failure.Expected), Rule = Field(failure.Rule) } : null,
            Fault = message.Fault is { } fault ? fault with { Reason = Field(fault.Reason) } : null,
            Notes = [.. message.Notes.Select(note => Field(note))],
        };

        [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
        string? Field(string? text) =>
            text is not null && values.Long.Any(value => text.Contains(value, StringComparison.Ordinal)) ? Mark : text;
    }

    /// <summary>The removal from one message.</summary>
    private sealed class SecretRemoval
    {
        private readonly RedactedValues _values;
        private readonly HashSet<string> _guessable = new(StringComparer.Ordinal);

        public SecretRemoval(MessageReport message, RedactedValues values)
        {
            _values = values;
            // A digest may stand before the password that it is over, so those are looked for when all passwords are known.
            Message = message with
            {
                Plaintext = Text(message.Plaintext, Withheld),
                Wire = Text(message.Wire, Withheld),
                Envelope = Part(message.Envelope, text => Text(text, Mark)),
                Signatures = [.. message.Signatures.Select(Forms)],
            };
            if (_guessable.Count > 0)
            {
                Message = Message with
                {
                    Plaintext = Guesses(Message.Plaintext),
                    Wire = Guesses(Message.Wire),
                    Envelope = Part(Message.Envelope, Guesses),
                    Signatures =
                    [
                        .. Message.Signatures.Select(s => s with { References = [.. s.References.Select(WithoutGuess)] }),
                    ],
                };
            }
        }

        public MessageReport Message { get; }

        public bool HadSecrets { get; private set; }

        private string? Text(string? text, string? unreadable)
        {
            // Names have no other form in XML, so a text without those words has no secret.
            if (text is null || !MayHaveSecrets(text))
            {
                return text;
            }

            if (RedactedXml.Read(text) is not { } xml)
            {
                HadSecrets = true;
                return unreadable;
            }

            var had = xml.TakeSecrets(_values, _guessable);
            HadSecrets |= had;
            return had ? xml.ToString() : text;
        }

        private string? Guesses(string? text) => text?.Contains("DigestValue", StringComparison.Ordinal) == true
            && RedactedXml.Read(text) is { } xml && xml.TakeGuesses(_guessable) ? xml.ToString() : text;

        private SignatureReport Forms(SignatureReport signature) => signature with
        {
            References =
            [
                .. signature.References.Select(reference =>
                {
                    var (received, signed) = (Text(reference.ReceivedForm, null), Text(reference.SignedForm, null));
                    return received == reference.ReceivedForm && signed == reference.SignedForm ? reference : reference with
                    {
                        ReceivedForm = received,
                        SignedForm = signed,
                        FirstDifference = received is null || signed is null ? null : received.AsSpan().CommonPrefixLength(signed),
                    };
                }),
            ],
        };

        private ReferenceReport WithoutGuess(ReferenceReport reference) =>
            reference.Uri is ['#', .. var id] && _guessable.Contains(id) ? reference with { StatedDigest = null, ComputedDigest = null }
            : reference;

        private static PartReport? Part(PartReport? part, Func<string?, string?> change) => part is null ? null : part with
        {
            Text = change(part.Text),
            Children = [.. part.Children.Select(child => Part(child, change)!)],
        };

        private static bool MayHaveSecrets(string text)
        {
            var plain = text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;
            return Words.Any(word => plain.Contains(word, StringComparison.OrdinalIgnoreCase));
        }
    }
}
