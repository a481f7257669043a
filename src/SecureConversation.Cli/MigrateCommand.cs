using System.CommandLine;
using SecureConversation.Cli.Migration;
using SecureConversation.Cli.Output;

namespace SecureConversation.Cli;

/// <summary>secureconversation migrate: says what a project needs to change, and changes nothing.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("directory") { Description = "The directory of a solution or project." };
        var format = new Option<ReportFormat>("--format")
        {
            Description = "How to print the report.",
            DefaultValueFactory = _ => ReportFormat.Text,
        };
        var command = new Command("migrate",
            "Lists every endpoint, binding and attribute of a project that needs message security: what works, what changes, "
            + "what is not offered. Never writes to the project.")
        {
            directory, format,
        };
        command.SetAction(line => Run(line.GetRequiredValue(directory), line.GetValue(format)));
        return command;
    }

    private static int Run(DirectoryInfo directory, ReportFormat format)
    {
        if (!directory.Exists)
        {
            Console.Error.WriteLine(
                $"{Plain.Text(directory.FullName)}: there is no such directory. Name the directory of a solution or project.");
            return ExitCode.Usage;
        }

        var report = Migrator.Look(directory.FullName);
        switch (format)
        {
            case ReportFormat.Json:
                JsonReport.Write(report, Console.Out);
                break;
            case ReportFormat.Markdown:
                MarkdownReport.Write(report, Console.Out);
                break;
            default:
                TextReport.Write(report);
                break;
        }

        return report.Works ? ExitCode.Success : ExitCode.NotOffered;
    }
}
