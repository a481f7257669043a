using System.Globalization;
using SecureConversation.Cli.Migration;
using Spectre.Console;

namespace SecureConversation.Cli.Output;

/// <summary>The report for people: by file, with colours where the terminal has them.</summary>
internal static class TextReport
{
    public static void Write(MigrationReport report)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            // One finding stays one line for grep.
            console.Profile.Width = int.MaxValue;
        }

        Line(console, $"[bold]{Escape(Plain.Text(report.Directory))}[/]");
        foreach (var project in report.Projects)
        {
            Line(console, $"  project {Escape(project.File)}  {Escape(Words.Of(project))}");
        }

        foreach (var file in report.Findings.GroupBy(finding => finding.File))
        {
            Line(console, "");
            Line(console, $"[bold]{Escape(file.Key)}[/]");
            foreach (var finding in file)
            {
                var line = finding.Line?.ToString(CultureInfo.InvariantCulture) ?? "-";
                Line(console, $"{line,6}  [{Colour(finding.Verdict)}]{Words.Of(finding.Verdict),-11}[/]  {Escape(finding.Subject)}");
                Line(console, $"{"",21}{Escape(finding.Text)}{(finding.Remedy is null ? "" : $" {Escape(finding.Remedy)}")}");
            }
        }

        Line(console, "");
        Line(console, $"{report.FilesRead} files read, {report.Findings.Count} findings:");
        foreach (var verdict in Words.Verdicts.Where(verdict => report.Count(verdict) > 0))
        {
            Line(console, $"{report.Count(verdict),6}  [{Colour(verdict)}]{Words.Of(verdict),-11}[/]  {Words.Explained(verdict)}");
        }
    }

    private static void Line(IAnsiConsole console, string markup) => console.MarkupLine(markup);

    private static string Escape(string text) => Markup.Escape(text);

    private static string Colour(Verdict verdict) => verdict switch
    {
        Verdict.Works => "green",
        Verdict.Changes => "yellow",
        Verdict.NotOffered or Verdict.Unreadable => "red",
        _ => "grey",
    };
}
