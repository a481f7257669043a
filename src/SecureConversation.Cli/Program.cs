using System.CommandLine;
using System.CommandLine.Help;

namespace SecureConversation.Cli;

/// <summary>The command line. What it answers to scripts: see <see cref="ExitCode"/>.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        // Under the name of the command, not that of the assembly.
        var root = new Command("secureconversation", "Reads message security of WCF, and moves WCF solutions with it to modern .NET.")
        {
            new HelpOption(),
            new VersionOption(),
            DecodeCommand.Create(),
            DoctorCommand.Create(),
            ImportCommand.Create(),
            ListenCommand.Create(),
            MigrateCommand.Create(),
            WhyCommand.Create(),
        };
        var line = root.Parse(arguments);
        if (line.Errors.Count > 0)
        {
            foreach (var error in line.Errors)
            {
                await Console.Error.WriteLineAsync(Plain.Text(error.Message)).ConfigureAwait(false);
            }

            await Console.Error.WriteLineAsync("See --help.").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        return await InvokeAsync(line).ConfigureAwait(false);
    }

    // Code 1 says what a command found. A command that could not finish found nothing.
#pragma warning disable CA1031 // Whatever it is, scripts get the code, and people one line.
    private static async Task<int> InvokeAsync(ParseResult line)
    {
        try
        {
            return await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(Plain.Text($"The command cannot go on: {e.GetType().Name}: {e.Message}"))
                .ConfigureAwait(false);
            return ExitCode.Usage;
        }
    }
#pragma warning restore CA1031
}
