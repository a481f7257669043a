using System.CommandLine;
using SecureConversation.Binding;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Output;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli;

/// <summary>secureconversation why: what differs between what works and what does not.</summary>
internal static class WhyCommand
{
    public static Command Create()
    {
        var captures = new Argument<string[]>("captures")
        {
            Description = "The capture that works and the one that does not; or, with --binding, the one that does not.",
            Arity = new ArgumentArity(1, 2),
        };
        var options = new DecodingOptions();
        var binding = new Option<string?>("--binding")
        {
            Description = "The binding of the side that works: app.config, appsettings.json or a WSDL.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var secrets = DecodingOptions.CreateShowSecrets();
        var command = new Command("why",
            "Compares a conversation that does not work with one that does, or with a binding, and says what to set.")
        {
            captures, binding, json, secrets,
        };
        options.AddTo(command);
        command.SetAction(async (line, cancellation) =>
        {
            try
            {
                var names = line.GetRequiredValue(captures);
                var file = line.GetValue(binding);
                if (names.Length == 2 == file is not null)
                {
                    throw new ArgumentException("Give two captures, or one and --binding.");
                }

                var keys = options.Read(line);
                var failing = await ReadAsync(names[^1], keys, cancellation).ConfigureAwait(false);
                var working = file is not null
                    ? BindingFiles.Read(file)
                    : (await ReadAsync(names[0], keys, cancellation).ConfigureAwait(false)).Binding
                        ?? throw new ArgumentException($"{names[0]}: no message has message security, "
                            + "so there is nothing to compare with.");
                var comparison = Comparison.Of(file ?? names[0], working, names[^1], failing.Binding, failing.Report);
                comparison = line.GetValue(secrets) ? comparison : comparison.WithoutSecrets();
                if (line.GetValue(json))
                {
                    ConversationJson.Write(comparison, Console.Out);
                }
                else
                {
                    ConversationText.Write(comparison);
                }

                return comparison.Differences.Count + comparison.Failures.Count > 0 ? ExitCode.NotOffered : ExitCode.Success;
            }
            catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException or InvalidDataException
                or CaptureException)
            {
                await Console.Error.WriteLineAsync(Plain.Text(e.Message)).ConfigureAwait(false);
                return ExitCode.Usage;
            }
        });
        return command;
    }

    private static async Task<(MessageSecurityBinding? Binding, ConversationReport Report)> ReadAsync(
        string name, DecodingKeys keys, CancellationToken cancellation)
    {
        var capture = await CaptureReader.ReadAsync(name, cancellation).ConfigureAwait(false);
        return ConversationReporter.CreateWithBinding([capture], keys, given: null, cancellation);
    }
}
