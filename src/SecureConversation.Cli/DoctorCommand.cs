using System.CommandLine;
using SecureConversation.Cli.Doctor;

namespace SecureConversation.Cli;

/// <summary>secureconversation doctor: looks step by step whether a client could talk to a service.</summary>
internal static class DoctorCommand
{
    /// <summary>Where passwords come from that should not stand on a command line.</summary>
    public const string CertificatePasswordVariable = "SECURECONVERSATION_CLIENT_CERT_PASSWORD";

    private const string UserPasswordVariable = "SECURECONVERSATION_USER_PASSWORD";

    public static Command Create()
    {
        var source = new Argument<string?>("service")
        {
            Description = "The address of the service or of its WSDL, or a file with its WSDL. With --config: another address.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var config = new Option<string?>("--config") { Description = "The app.config of a client, in place of a WSDL." };
        var endpoint = new Option<string?>("--endpoint") { Description = "The port of the WSDL, or the endpoint of the app.config." };
        var certificate = new Option<string?>("--client-cert") { Description = "The client's certificate with its key: PKCS#12 or PEM." };
        var key = new Option<string?>("--client-key")
        {
            Description = "The key of a client certificate in PEM, where it stands beside it.",
        };
        var certificatePassword = new Option<string?>("--client-cert-password")
        {
            Description = $"Its password; else that of the environment variable {CertificatePasswordVariable}.",
        };
        var user = new Option<string?>("--user") { Description = "A user name." };
        var userPassword = new Option<string?>("--user-password")
        {
            Description = $"Its password; else that of the environment variable {UserPasswordVariable}.",
        };
        var service = new Option<string?>("--service-cert")
        {
            Description = "The certificate of the service, where the client has to have it.",
        };
        var authorities = new Option<string[]>("--authority")
        {
            Description = "An authority that the certificate of the service has to come from; else those that the platform trusts.",
        };
        var dns = new Option<string?>("--dns")
        {
            Description = "The name in the certificate of the service, where it is not that of the address.",
        };
        var timeout = new Option<int>("--timeout")
        {
            Description = "How many seconds each step may take.",
            DefaultValueFactory = _ => 30,
        };
        timeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 600)
            {
                result.AddError("--timeout: from 1 to 600 seconds.");
            }
        });
        var json = new Option<bool>("--json") { Description = "Prints JSON." };
        var command = new Command("doctor",
            "Connects to a service, reads its policy, looks at certificates, identity and clock, opens a session, closes it. Calls "
                + "nothing.")
        {
            source, config, endpoint, certificate, key, certificatePassword, user, userPassword, service, authorities, dns, timeout, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(source) is null && result.GetValue(config) is null)
            {
                result.AddError("Name a service, or an app.config with --config.");
            }
        });
        command.SetAction((line, cancellation) => RunAsync(new DoctorOptions
        {
            Source = line.GetValue(source),
            ConfigFile = line.GetValue(config),
            Endpoint = line.GetValue(endpoint),
            ClientCertificate = line.GetValue(certificate),
            ClientKey = line.GetValue(key),
            ClientCertificatePassword = line.GetValue(certificatePassword)
                ?? Environment.GetEnvironmentVariable(CertificatePasswordVariable),
            UserName = line.GetValue(user),
            UserPassword = line.GetValue(userPassword) ?? Environment.GetEnvironmentVariable(UserPasswordVariable),
            ServiceCertificate = line.GetValue(service),
            Authorities = line.GetValue(authorities) ?? [],
            Dns = line.GetValue(dns),
            Timeout = TimeSpan.FromSeconds(line.GetValue(timeout)),
        }, line.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DoctorOptions options, bool asJson, CancellationToken cancellation)
    {
        var steps = await Examination.RunAsync(options, cancellation).ConfigureAwait(false);
        if (asJson)
        {
            DoctorOutput.WriteJson(steps, Console.Out);
        }
        else
        {
            DoctorOutput.WriteText(steps, Console.Out);
        }

        return steps.Any(step => step.Status == StepStatus.Failed) ? ExitCode.NotOffered : ExitCode.Success;
    }
}
