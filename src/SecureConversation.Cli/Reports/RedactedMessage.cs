using System.Xml;

namespace SecureConversation.Cli.Reports;

/// <summary>The redaction of one message.</summary>
/// <param name="paths">What is redacted; null for all.</param>
/// <param name="values">Takes the values that went.</param>
internal sealed class RedactedMessage(RedactionPaths? paths, RedactedValues values)
{
    private const string Withheld = "[withheld: not readable as XML, so it cannot be redacted]";

    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private readonly HashSet<string> _readable = new(StringComparer.Ordinal);

    /// <summary>Redacts a message.</summary>
    /// <returns>The message, and whether its text was withheld, so that nobody knows which of its values were to go.</returns>
    public (MessageReport Report, bool IsWithheld) Apply(MessageReport message)
    {
        var plaintext = RedactedXml.Read(message.Plaintext);
        var wire = RedactedXml.Read(message.Wire);
        var unchanged = new[] { plaintext, wire }.OfType<RedactedXml>().Select(xml => xml.Copy()).ToList();
        foreach (var xml in new[] { plaintext, wire }.OfType<RedactedXml>())
        {
            xml.Redact(paths, values, _touched, _readable);
        }

        plaintext?.RemoveProofs(MayKeep);
        wire?.RemoveProofs(MayKeep);
        var isWithheld = plaintext is null && (message.Plaintext is not null || message.Encryptions.Any(e => e.IsDecrypted)
            || (wire is null && (message.Wire is not null || message.Envelope is not null)));
        if (isWithheld && paths is not null)
        {
            values.Add(message.Sender);
        }

        values.HasCertificate |= plaintext?.LacksCertificate == true || wire?.LacksCertificate == true;
        return (Redacted(message, plaintext, wire, unchanged), isWithheld);
    }

    private MessageReport Redacted(MessageReport message, RedactedXml? plaintext, RedactedXml? wire, List<RedactedXml> unchanged) =>
        message with
        {
            Plaintext = message.Plaintext is null ? null : plaintext?.ToString() ?? Withheld,
            Wire = message.Wire is null ? null : wire?.ToString() ?? Withheld,
            Envelope = message.Envelope is { } envelope ? Mirror(envelope, (plaintext ?? wire)?.Root) : null,
            Signatures =
            [
                .. message.Signatures.Select(signature =>
                    signature with { References = [.. signature.References.Select(reference => Apply(reference, unchanged))] }),
            ],
        };

    // A digest tells a short value to everybody who tries all of them, so it stays only where its part is read and has nothing redacted.
    private bool MayKeep(string? uri) =>
        uri is ['#', .. var id] && _readable.Contains(id) && !_touched.Contains(id);

    private ReferenceReport Apply(ReferenceReport reference, List<RedactedXml> texts)
    {
        if (!MayKeep(reference.Uri) || !IsFree(reference.ReceivedForm) || !IsFree(reference.SignedForm))
        {
            return reference with
            {
                StatedDigest = null,
                ComputedDigest = null,
                ReceivedForm = null,
                SignedForm = null,
                FirstDifference = null,
                Difference = null,
            };
        }

        return reference;

        // A form that was sent may have what the one that came has not.
        bool IsFree(string? form) => form is null || texts.TrueForAll(text => text.IsFree(reference.Uri[1..], form, paths));
    }

    /// <summary>The tree with the texts of a redacted document. Where both are not alike nothing stays of the text.</summary>
    private static PartReport Mirror(PartReport part, XmlElement? element)
    {
        if (element?.LocalName != LocalName(part.Name))
        {
            element = null;
        }

        var children = element?.ChildNodes.OfType<XmlElement>().ToList();
        var isAlike = children?.Count == part.Children.Count;
        return part with
        {
            Text = part.Text is null ? null : element?.OuterXml ?? Redaction.Mark,
            Children = [.. part.Children.Select((child, i) => Mirror(child, isAlike ? children![i] : null))],
        };
    }

    private static string LocalName(string name) => name[(name.LastIndexOfAny([':', '}']) + 1)..];
}
