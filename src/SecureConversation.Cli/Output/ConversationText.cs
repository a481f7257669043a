using System.Globalization;
using SecureConversation.Binding;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Reports;
using Spectre.Console;

namespace SecureConversation.Cli.Output;

/// <summary>A report for people: a table of messages, the binding with what shows it, and details on demand.</summary>
internal static class ConversationText
{
    public static void Write(ConversationReport report, bool details, int? number)
    {
        var console = Console();
        if (number is null)
        {
            foreach (var source in report.Sources)
            {
                console.MarkupLine($"[bold]{Safe(source.Name)}[/]: {Safe(source.Format)}, {source.Messages} messages");
                foreach (var note in source.Notes)
                {
                    console.MarkupLine($"  {Safe(note)}");
                }
            }

            WriteBinding(console, report.Binding);
            WriteMessages(console, report);
            WriteLine(console, report.Trust);
        }

        foreach (var message in report.Messages.Where(m => number is { } wanted ? m.Number == wanted : details || m.Failure is not null))
        {
            MessageText.Write(console, message, isShort: number is null && !details);
        }

        WriteLine(console, report.Secrets);
        if (number is null)
        {
            console.WriteLine();
            console.MarkupLine($"{report.Verified} verified, {report.Refused} refused, {report.Messages.Count} in all."
                + (report.Refused > 0 && !details ? " --message NUMBER shows all of one, --details all of all." : ""));
        }
    }

    public static void Write(Comparison comparison)
    {
        var console = Console();
        console.MarkupLine($"works: [bold]{Safe(comparison.Working)}[/]");
        console.MarkupLine($"fails: [bold]{Safe(comparison.Failing)}[/]");
        if (comparison.Differences.Count == 0)
        {
            console.MarkupLine("No setting that can be seen differs.");
        }
        else
        {
            var table = Table("setting", "works", "fails", "to set");
            foreach (var difference in comparison.Differences)
            {
                table.AddRow(Safe(difference.Setting), Safe(difference.Working), Safe(difference.Failing), Safe(difference.Advice));
            }

            console.Write(table);
        }

        foreach (var message in comparison.Failures)
        {
            MessageText.Write(console, message, isShort: true);
        }

        WriteLine(console, comparison.Secrets);
    }

    /// <summary>Text of strangers for a line of markup.</summary>
    internal static string Safe(string text) => Markup.Escape(Plain.Text(text));

    private static void WriteLine(IAnsiConsole console, string? text)
    {
        if (text is not null)
        {
            console.MarkupLine(Safe(text));
        }
    }

    private static void WriteBinding(IAnsiConsole console, BindingReport? binding)
    {
        console.WriteLine();
        if (binding is null)
        {
            console.MarkupLine("No binding: no message has message security that can be read.");
            return;
        }

        console.MarkupLine($"[bold]Binding{(binding.IsGiven ? " (given)" : "")}[/]: {Safe(binding.Summary)}");
        if (binding.Assumptions.Count > 0)
        {
            var table = Table("setting", "value", "why");
            foreach (var assumption in binding.Assumptions)
            {
                table.AddRow(Safe(assumption.Setting), Safe(assumption.Value),
                    $"{(assumption.IsSeen ? "" : "[yellow]assumed:[/] ")}{Safe(assumption.Reason)}");
            }

            console.Write(table);
        }
    }

    private static void WriteMessages(IAnsiConsole console, ConversationReport report)
    {
        var table = Table("#", "time", "from", "kind", "action", "octets", "verdict");
        foreach (var message in report.Messages)
        {
            table.AddRow(
                message.Number.ToString(CultureInfo.InvariantCulture),
                message.Instant?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? "-",
                message.Direction == MessageDirection.ClientToService ? "client" : "service",
                Safe(message.Kind),
                Safe(message.Action ?? "-"),
                message.Size.ToString(CultureInfo.InvariantCulture),
                Verdict(message));
        }

        console.Write(table);
    }

    private static string Verdict(MessageReport message) => message.Verdict switch
    {
        MessageVerdict.Verified => "[green]verified[/]",
        MessageVerdict.Unsecured => "[yellow]not secured[/]",
        MessageVerdict.Refused => $"[red]refused: {Safe(message.Failure?.Name ?? "")}[/]",
        _ => "[grey]not read[/]",
    };

    private static Table Table(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Minimal };
        table.AddColumns(columns);
        return table;
    }

    private static IAnsiConsole Console()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Out) });
        if (System.Console.IsOutputRedirected)
        {
            // One message stays one line for grep.
            console.Profile.Width = 4096;
        }

        return console;
    }
}
