using SecureConversation.Cli.Migration;

namespace SecureConversation.Cli.Output;

/// <summary>The report as Markdown, a table for each verdict.</summary>
internal static class MarkdownReport
{
    public static void Write(MigrationReport report, TextWriter output)
    {
        output.WriteLine($"# Migration of {Cell(Path.GetFileName(Path.TrimEndingDirectorySeparator(report.Directory)))}");
        output.WriteLine();
        output.WriteLine($"{report.FilesRead} files read, {report.Findings.Count} findings.");
        output.WriteLine();
        output.WriteLine("| verdict | findings | meaning |");
        output.WriteLine("|---|---|---|");
        foreach (var verdict in Words.Verdicts.Where(verdict => report.Count(verdict) > 0))
        {
            output.WriteLine($"| {Words.Of(verdict)} | {report.Count(verdict)} | {Words.Explained(verdict)} |");
        }

        if (report.Projects.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("| project | framework and packages |");
            output.WriteLine("|---|---|");
            foreach (var project in report.Projects)
            {
                output.WriteLine($"| {Cell(project.File)} | {Cell(Words.Of(project))} |");
            }
        }

        foreach (var verdict in Words.Verdicts.Where(verdict => report.Count(verdict) > 0))
        {
            var word = Words.Of(verdict);
            output.WriteLine();
            output.WriteLine($"## {char.ToUpperInvariant(word[0])}{word[1..]}");
            output.WriteLine();
            output.WriteLine("| where | what | why | remedy |");
            output.WriteLine("|---|---|---|---|");
            foreach (var f in report.Findings.Where(finding => finding.Verdict == verdict))
            {
                var where = f.Line is { } line ? $"{f.File}:{line}" : f.File;
                output.WriteLine($"| {Cell(where)} | {Cell(f.Subject)} | {Cell(f.Text)} | {Cell(f.Remedy ?? "")} |");
            }
        }
    }

    // What files say is text here, never markup.
    private static string Cell(string text)
    {
        var cell = new System.Text.StringBuilder();
        foreach (var c in text)
        {
            _ = c switch
            {
                '<' => cell.Append("&lt;"),
                '&' => cell.Append("&amp;"),
                '|' or '\\' or '`' or '*' or '_' or '[' or ']' => cell.Append('\\').Append(c),
                _ => cell.Append(c),
            };
        }

        return cell.ToString();
    }
}
