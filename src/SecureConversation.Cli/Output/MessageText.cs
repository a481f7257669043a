using SecureConversation.Cli.Reports;
using Spectre.Console;

namespace SecureConversation.Cli.Output;

/// <summary>One message for people.</summary>
internal static class MessageText
{
    private const int Around = 60;
    private const int MaxPlaintext = 64 * 1024;

    public static void Write(IAnsiConsole console, MessageReport message, bool isShort)
    {
        console.WriteLine();
        Line(console, 0, $"[bold]Message {message.Number}[/]: {Safe(message.Kind)} {Safe(message.Action ?? "")} ({Safe(message.Source)})");
        if (message.Failure is { } failure)
        {
            Line(console, 1, $"[red]{failure.Code} {Safe(failure.Name)}[/]: {Safe(failure.Rule)}");
            Text(console, "found", failure.Found);
            Text(console, "expected", failure.Expected);
            Text(console, "cause", failure.Cause);
            Text(console, "remedy", failure.Remedy);
            Text(console, "clause", failure.Clause);
        }

        if (message.Fault is { } fault)
        {
            Text(console, "fault", $"{fault.Code}: {fault.Reason}{(fault.IsSecured ? "" : " (not secured)")}");
        }

        foreach (var note in message.Notes)
        {
            Text(console, "note", note);
        }

        foreach (var reference in message.Signatures.SelectMany(s => s.References).Where(r => r.Matches == false))
        {
            Write(console, reference);
        }

        if (!isShort)
        {
            Details(console, message);
        }
    }

    private static void Details(IAnsiConsole console, MessageReport message)
    {
        Text(console, "message id", message.MessageId);
        Text(console, "relates to", message.RelatesTo);
        Text(console, "sender", message.Sender);
        Text(console, "session", message.SessionId is null ? null : $"{message.SessionId} {message.KeyInstance}".TrimEnd());
        for (var i = 0; i < message.Signatures.Count; i++)
        {
            var signature = message.Signatures[i];
            Line(console, 1, $"signature {i}{(signature.IsEndorsing ? " (endorsing)" : "")}: {Safe(signature.Algorithm)} "
                + $"by {Key(signature.Key)}");
            foreach (var reference in signature.References)
            {
                Line(console, 2, $"{Safe(reference.Part ?? "unknown part")} {Safe(reference.Uri)} "
                    + reference.Matches switch
                    {
                        true => "[green]same digest[/]",
                        false => "[red]another digest[/]",
                        _ => $"not verified{(reference.Difference is { } why ? $": {Safe(why)}" : "")}",
                    });
            }
        }

        for (var i = 0; i < message.Encryptions.Count; i++)
        {
            var encryption = message.Encryptions[i];
            Line(console, 1, $"encryption {i}: {Safe(encryption.Part ?? "unknown part")} {Safe(encryption.Algorithm)} "
                + $"under {Key(encryption.Key)}"
                + (encryption.IsDecrypted ? "" : " [red]not decrypted[/]"));
        }

        if (message.Envelope is { } envelope)
        {
            Tree(console, envelope, 1);
        }

        if (message.Plaintext is { } plaintext)
        {
            Line(console, 1, "plaintext:");
            // In pieces, since a line of a terminal has a limit.
            foreach (var piece in plaintext[..Math.Min(plaintext.Length, MaxPlaintext)].Chunk(1000))
            {
                Line(console, 2, Safe(new string(piece)));
            }
        }
    }

    private static void Write(IAnsiConsole console, ReferenceReport reference)
    {
        Line(console, 1, $"[red]digest of {Safe(reference.Part ?? reference.Uri)}[/]: stated {Safe(reference.StatedDigest ?? "none")}, "
            + $"computed {Safe(reference.ComputedDigest ?? "none")}");
        Text(console, "difference", reference.Difference);
        if (reference is { ReceivedForm: { } received, SignedForm: { } signed, FirstDifference: { } at })
        {
            Line(console, 2, $"signed at {at}:   {Window(signed, at)}");
            Line(console, 2, $"received at {at}: {Window(received, at)}");
        }
        else if (reference.ReceivedForm is { } form)
        {
            Line(console, 2, $"received: {Safe(form)}");
        }
    }

    private static string Window(string text, int at)
    {
        var start = Math.Max(0, at - Around);
        var end = Math.Min(text.Length, at + Around);
        var mark = at < end ? $"[red]{Safe(Visible(text[at..end]))}[/]" : "[red](end)[/]";
        return $"{Safe(Visible(text[start..at]))}{mark}";
    }

    // White space is often what differs.
    private static string Visible(string text) => text.Replace("\r", "<CR>", StringComparison.Ordinal)
        .Replace("\n", "<LF>", StringComparison.Ordinal).Replace("\t", "<TAB>", StringComparison.Ordinal);

    private static void Tree(IAnsiConsole console, PartReport part, int depth)
    {
        var signed = part.SignedBy.Count == 0 ? "" : $" [green]signed by {string.Join(", ", part.SignedBy)}[/]";
        var encrypted = part.EncryptedBy is { } index ? $" [blue]encrypted by {index}[/]" : "";
        Line(console, depth, $"{Safe(part.Name)}{(part.Id is null ? "" : $" ({Safe(part.Id)})")}{signed}{encrypted}");
        foreach (var child in part.Children)
        {
            Tree(console, child, depth + 1);
        }
    }

    private static string Key(KeyReport? key) => key is null ? "a key that nothing leads to"
        : Safe($"{key.Kind} {key.Name}{(key.Of is null ? "" : $" ({key.Of})")}");

    private static void Text(IAnsiConsole console, string name, string? text)
    {
        if (text is not null)
        {
            Line(console, 1, $"{name}: {Safe(text)}");
        }
    }

    private static void Line(IAnsiConsole console, int depth, string markup) =>
        console.MarkupLine(new string(' ', 2 * Math.Min(depth, 32)) + markup);

    private static string Safe(string text) => ConversationText.Safe(text);
}
