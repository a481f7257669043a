using System.CommandLine;
using SecureConversation.Policy;
using SecureConversation.Cli.Importing;

namespace SecureConversation.Cli;

/// <summary>secureconversation import: prints the binding that a WSDL asks for.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("wsdl") { Description = "The file or the http or https address of the WSDL." };
        var endpoint = new Option<string?>("--endpoint")
        {
            Description = "The name of the port; needed where several ports ask for message security.",
        };
        var form = new Option<BindingForm>("--as")
        {
            Description = "csharp: options of this library; wcf: a CustomBinding; xml: app.config; json: appsettings.json.",
            DefaultValueFactory = _ => BindingForm.CSharp,
        };
        var target = new Option<FileInfo?>("--out")
        {
            Description = "The file that the binding is written to, in place of the standard output.",
        };
        var command = new Command("import",
            "Prints the binding that a WSDL asks for, with everything that is not the default. Says why what is not offered is not.")
        {
            source, endpoint, form, target,
        };
        command.SetAction((line, cancellation) => RunAsync(
            line.GetRequiredValue(source), line.GetValue(endpoint), line.GetValue(form), line.GetValue(target), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        string source, string? name, BindingForm form, FileInfo? target, CancellationToken cancellation)
    {
        WsdlImport import;
        try
        {
            import = await ReadAsync(source, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PolicyException or IOException or UnauthorizedAccessException)
        {
            return Wrong(e.Message);
        }

        if (Choose(import, name) is not { } endpoint)
        {
            return Wrong((name is null ? "Several ports have a policy: choose one with --endpoint: " : $"There is no port {name}, but: ")
                + string.Join(", ", import.Endpoints.Select(port => port.Name).Distinct()));
        }

        EndpointWords.Write(endpoint, Console.Error);
        if (endpoint.Outcome != PolicyOutcome.Imported)
        {
            return endpoint.Outcome == PolicyOutcome.NoMessageSecurity ? ExitCode.Success : ExitCode.NotOffered;
        }

        try
        {
            var text = EndpointText.Of(endpoint, form);
            if (target is null)
            {
                await Console.Out.WriteAsync(text).ConfigureAwait(false);
            }
            else
            {
                await File.WriteAllTextAsync(target.FullName, text, cancellation).ConfigureAwait(false);
            }

            return ExitCode.Success;
        }
        catch (ArgumentException e)
        {
            // The form cannot say it, as app.config has no protection requirements.
            await Console.Error.WriteLineAsync(Plain.Text(e.Message)).ConfigureAwait(false);
            return ExitCode.NotOffered;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Wrong(e.Message);
        }
    }

    private static Task<WsdlImport> ReadAsync(string source, CancellationToken cancellation)
    {
        var importer = new WsdlImporter();
        return Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? importer.ImportAsync(address, cancellation)
            : Task.Run(() => importer.ImportFile(source), cancellation);
    }

    // Without a name: the only port, or the only one that asks for message security.
    private static ImportedEndpoint? Choose(WsdlImport import, string? name)
    {
        var candidates = name is null ? import.Endpoints : [.. import.Endpoints.Where(endpoint => endpoint.Name == name)];
        if (candidates.Length > 1 && name is null)
        {
            candidates = [.. candidates.Where(endpoint => endpoint.Outcome != PolicyOutcome.NoMessageSecurity)];
        }

        return candidates.Length == 1 || (name is not null && candidates.Length > 1) ? candidates[0] : null;
    }

    private static int Wrong(string message)
    {
        Console.Error.WriteLine(Plain.Text(message));
        return ExitCode.Usage;
    }
}
