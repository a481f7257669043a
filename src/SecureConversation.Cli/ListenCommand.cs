using System.CommandLine;
using SecureConversation.Cli.Listening;

namespace SecureConversation.Cli;

/// <summary>secureconversation listen: records as a forwarding proxy what decode reads.</summary>
internal static class ListenCommand
{
    public static Command Create()
    {
        var forward = new Option<string>("--forward")
        {
            Description = "The address of the service: http or https, with host and port. Paths and queries are those of the client.",
            Required = true,
        };
        var port = new Option<int>("--port")
        {
            Description = "The port on the loopback interface; 0 (default) for any that is free.",
        };
        var target = new Option<string>("--out")
        {
            Description = "The file that is written, a HAR, or an existing directory for one file per body.",
            Required = true,
        };
        var command = new Command("listen",
            "Forwards the calls of a client to a service, and records the bodies of requests and replies for decode. Only programs on this "
            + "machine can connect. Let the client connect here, but keep the address of the service as its EndpointAddress: it writes it "
            + "into a:To, which is signed and which the service checks, and nothing here changes it. In WCF that is ClientViaBehavior(new "
            + "Uri(\"http://localhost:PORT/...\")) or <clientVia viaUri=\"...\"/>; "
            + "the factory has it as the parameter via of CreateChannel. A client generated from the WSDL here (?wsdl) connects here "
            + "by itself, and writes this address into a:To. Ctrl+C ends it.")
        {
            forward, port, target,
        };
        forward.Validators.Add(result =>
        {
            if (!Uri.TryCreate(result.Tokens.Count > 0 ? result.Tokens[0].Value : "", UriKind.Absolute, out var address)
                || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
            {
                result.AddError("--forward takes an http or https address without a user name.");
            }
        });
        port.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var number) || number is < 0 or > 65535))
            {
                result.AddError("--port takes a number from 0 to 65535.");
            }
        });
        command.SetAction((line, cancellation) =>
            RunAsync(new Uri(line.GetRequiredValue(forward)), line.GetValue(port), line.GetRequiredValue(target), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Uri forward, int port, string target, CancellationToken cancellation)
    {
        try
        {
            using var record = Directory.Exists(target) ? (IExchangeRecord)new DirectoryRecord(target) : new HarRecord(target);
            await using var listener = await Listener.StartAsync(forward, port, record, Console.Out).ConfigureAwait(false);
            await Console.Out.WriteLineAsync(
                Plain.Text($"{listener.Address} forwards to {forward.GetLeftPart(UriPartial.Authority)}, "
                    + $"and records to {target}. Ctrl+C ends it."))
                .ConfigureAwait(false);
            await WaitAsync(cancellation).ConfigureAwait(false);
            await listener.StopAsync().ConfigureAwait(false);
            await Console.Out.WriteLineAsync($"{listener.Exchanges} exchanges were recorded.").ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(Plain.Text(e.Message)).ConfigureAwait(false);
            return ExitCode.Usage;
        }
    }

    private static async Task WaitAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
