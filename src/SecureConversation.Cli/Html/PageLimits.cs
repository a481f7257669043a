using System.Globalization;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli.Html;

/// <summary>Keeps a page so small that a browser opens it, whatever the capture holds: long texts are cut, and say so.</summary>
internal static class PageLimits
{
    /// <summary>How deep the tree of parts goes.</summary>
    public const int Depth = 32;

    /// <summary>Characters of one text: an envelope, a canonical form.</summary>
    private const int LongestText = 512 * 1024;

    /// <summary>Characters of one value: an action, an address, a name.</summary>
    private const int LongestValue = 4000;

    /// <summary>Characters of all texts together; after them the messages have their facts alone.</summary>
    private const int AllTexts = 96 * 1024 * 1024;

    /// <summary>Entries of one list in a message: parts, references, notes.</summary>
    private const int LongestList = 2000;

    public static ConversationReport Apply(ConversationReport report)
    {
        var room = AllTexts;
        return report with { Messages = [.. report.Messages.Select(message => Apply(message, ref room))] };
    }

    private static MessageReport Apply(MessageReport message, ref int room)
    {
        var limited = message with
        {
            Action = Value(message.Action),
            MessageId = Value(message.MessageId),
            RelatesTo = Value(message.RelatesTo),
            SessionId = Value(message.SessionId),
            KeyInstance = Value(message.KeyInstance),
            ContentType = Value(message.ContentType),
            Sender = Value(message.Sender),
            Plaintext = Text(message.Plaintext, ref room),
            Wire = Text(message.Wire, ref room),
            Fault = message.Fault is { } fault ? fault with { Code = Value(fault.Code), Reason = Value(fault.Reason) } : null,
            Failure = message.Failure is { } failure
                ? failure with { Found = Value(failure.Found), Expected = Value(failure.Expected) }
                : null,
            Encryptions = [.. message.Encryptions.Take(LongestList)],
            Notes = [.. message.Notes.Take(LongestList).Select(note => Value(note))],
        };
        var signatures = new List<SignatureReport>();
        foreach (var signature in message.Signatures.Take(LongestList))
        {
            signatures.Add(signature with { References = References(signature.References, ref room) });
        }

        return limited with { Signatures = signatures, Envelope = Part(message.Envelope, 1, ref room) };
    }

    private static List<ReferenceReport> References(IReadOnlyList<ReferenceReport> references, ref int room)
    {
        var limited = new List<ReferenceReport>();
        foreach (var reference in references.Take(LongestList))
        {
            limited.Add(reference with
            {
                Uri = Value(reference.Uri),
                StatedDigest = Value(reference.StatedDigest),
                ReceivedForm = Text(reference.ReceivedForm, ref room),
                SignedForm = Text(reference.SignedForm, ref room),
            });
        }

        return limited;
    }

    private static PartReport? Part(PartReport? part, int depth, ref int room)
    {
        if (part is null)
        {
            return null;
        }

        var children = new List<PartReport>();
        foreach (var child in depth < Depth ? part.Children.Take(LongestList) : [])
        {
            children.Add(Part(child, depth + 1, ref room)!);
        }

        return part with { Name = Value(part.Name), Id = Value(part.Id), Text = Text(part.Text, ref room), Children = children };
    }

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(value))]
    private static string? Value(string? value) => value is { Length: > LongestValue } ? Cut(value, LongestValue) : value;

    private static string? Text(string? text, ref int room)
    {
        if (text is null)
        {
            return null;
        }

        var longest = Math.Min(LongestText, room);
        room -= Math.Min(text.Length, longest);
        return text.Length <= longest ? text : Cut(text, longest);
    }

    private static string Cut(string text, int length) => string.Create(
        CultureInfo.InvariantCulture, $"{text.AsSpan(0, length)}... [{text.Length - length:N0} more characters are left out]");
}
