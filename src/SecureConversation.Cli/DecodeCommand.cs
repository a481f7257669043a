using System.CommandLine;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Html;
using SecureConversation.Cli.Listening;
using SecureConversation.Cli.Output;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli;

/// <summary>secureconversation decode: reads a recorded conversation with the private keys of its ends.</summary>
internal static class DecodeCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "Captures of one side of a conversation: files, directories of bodies, or - for the standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var options = new DecodingOptions();
        var binding = new Option<string?>("--binding")
        {
            Description = "The binding: app.config, appsettings.json or a WSDL. Without it the binding is found out.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var details = new Option<bool>("--details") { Description = "Print the details of all messages." };
        var number = new Option<int?>("--message") { Description = "Print the details of the message with this number." };
        var html = new Option<FileInfo?>("--html") { Description = "Write one page that needs no network." };
        var redact = new Option<string[]>("--redact")
        {
            Description = "An XPath expression of elements and attributes whose values are left out of all that is printed, or all.",
        };
        var prefix = new Option<string[]>("--prefix") { Description = "A prefix for these expressions, as p=urn:orders." };
        var secrets = DecodingOptions.CreateShowSecrets();
        var command = new Command("decode",
            "Decrypts and verifies a recorded conversation, says which binding it has, "
                + "and what is wrong with each message that is refused.")
        {
            files, binding, json, details, number, html, redact, prefix, secrets,
        };
        options.AddTo(command);
        command.SetAction(async (line, cancellation) =>
        {
            try
            {
                var page = line.GetValue(html);
                if (page is not null)
                {
                    string[] inputs = [.. line.GetRequiredValue(files), .. options.Files(line)];
                    OutputFile.EnsureNoInput(page.FullName, line.GetValue(binding) is { } one ? [.. inputs, one] : inputs);
                }

                var keys = options.Read(line);
                var given = line.GetValue(binding) is { } path ? BindingFiles.Read(path) : null;
                var captures = new List<Capture>();
                foreach (var file in line.GetRequiredValue(files))
                {
                    captures.Add(await CaptureReader.ReadAsync(file, cancellation).ConfigureAwait(false));
                }

                var report = ConversationReporter.Create(captures, keys, given, cancellation);
                var redaction = line.GetValue(redact) is { Length: > 0 } paths ? Redaction.Create(paths, line.GetValue(prefix)) : null;
                if (page is not null)
                {
                    // It has what messages say, as the capture's keys show it.
                    PrivateFile.Replace(page.FullName, output =>
                    {
                        using var writer = new StreamWriter(output);
                        HtmlReport.Write(report, writer, redaction, line.GetValue(secrets));
                    });
                }

                report = redaction?.Apply(report) ?? report;
                report = line.GetValue(secrets) ? report : Secrets.LeaveOut(report);
                return Print(report, line.GetValue(json), line.GetValue(details), line.GetValue(number));
            }
            catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException or InvalidDataException
                or FormatException or CaptureException)
            {
                await Console.Error.WriteLineAsync(Plain.Text(e.Message)).ConfigureAwait(false);
                return ExitCode.Usage;
            }
        });
        return command;
    }

    private static int Print(ConversationReport report, bool json, bool details, int? number)
    {
        if (number is { } wanted && report.Messages.All(m => m.Number != wanted))
        {
            Console.Error.WriteLine($"There is no message {wanted}: the captures have {report.Messages.Count}.");
            return ExitCode.Usage;
        }

        if (json)
        {
            ConversationJson.Write(number is null ? report : report with { Messages = [.. report.Messages.Where(m => m.Number == number)] },
                Console.Out);
        }
        else
        {
            ConversationText.Write(report, details, number);
        }

        return report.Refused > 0 ? ExitCode.NotOffered : ExitCode.Success;
    }
}
