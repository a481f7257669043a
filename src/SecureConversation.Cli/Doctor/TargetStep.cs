using System.Security.Cryptography.X509Certificates;
using SecureConversation.Cli.Importing;
using SecureConversation.Configuration;
using SecureConversation.Policy;

namespace SecureConversation.Cli.Doctor;

/// <summary>Finds out what the endpoint asks for: from its WSDL, or from a configuration file.</summary>
internal static class TargetStep
{
    private const string Name = "policy";

    public static async Task<(Target? Target, StepReport Report)> FindAsync(
        DoctorOptions options, HttpMessageHandler http, CancellationToken cancellationToken)
    {
        try
        {
            return options.ConfigFile is { } file
                ? OfConfiguration(options, file)
                : await OfWsdlAsync(options, http, cancellationToken).ConfigureAwait(false);
        }
        catch (PolicyException e)
        {
            return (null, Failed(e.Message, "Give the address that the WSDL has (often the address of the service with ?wsdl or "
                + "?singleWsdl), a file with it, or --config with the client's app.config where the service publishes none."));
        }
        catch (ServiceModelConfigurationException e)
        {
            return (null, Failed(e.Message, "Mend the place that is named; secureconversation migrate lists all of them."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, Failed(e.Message, "Name a file that can be read."));
        }
    }

    private static async Task<(Target?, StepReport)> OfWsdlAsync(
        DoctorOptions options, HttpMessageHandler http, CancellationToken cancellationToken)
    {
        var source = options.Source!;
        using var client = new HttpClient(http, disposeHandler: false);
        var importer = new WsdlImporter(new WsdlImporterOptions { HttpClient = client, Timeout = options.Timeout });
        var import = AddressOf(source) is { } address
            ? await importer.ImportAsync(address, cancellationToken).ConfigureAwait(false)
            : await Task.Run(() => importer.ImportFile(source), cancellationToken).ConfigureAwait(false);
        var ports = import.Endpoints.Where(port => options.Endpoint is null || port.Name == options.Endpoint).ToList();
        var secured = ports.Where(port => port.Outcome != PolicyOutcome.NoMessageSecurity).ToList();
        if (secured is not [var port])
        {
            var names = string.Join(", ", import.Endpoints.Select(p => p.Name).Distinct());
            return (null, secured.Count > 1
                ? Failed($"{secured.Count} ports ask for message security: {names}.", "Choose one with --endpoint.")
                : Failed($"No port asks for message security; the WSDL has: {(names.Length == 0 ? "none" : names)}.",
                    "Look whether it is the WSDL of the right service; without message security the stack's own binding serves."));
        }

        return OfPort(port, source);
    }

    private static (Target?, StepReport) OfPort(ImportedEndpoint port, string source)
    {
        using var words = new StringWriter();
        EndpointWords.Write(port, words);
        var details = words.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (port.Outcome != PolicyOutcome.Imported)
        {
            return (null, Failed("No alternative of the policy is offered.", "See what is refused: change the binding of the service, or "
                + "ask for another endpoint.") with
            { Details = details });
        }

        var address = port.Address is { Scheme: "http" or "https" } known ? known : AddressOf(source, withQuery: false);
        return address is null
            ? (null, Failed("The port has no http or https address.", "Give the address of the service in place of a file.")
                with
            { Details = details })
            : (new Target
            {
                Address = address,
                Element = port.Element!,
                MessageVersion = port.Chosen.MessageVersion,
                Protection = port.Chosen.Protection,
                Identity = port.Identity,
                Doubt = AddressOf(source) is { } wsdl ? DoubtOf(port, address, wsdl) : null,
                ServiceCertificate = port.IdentityCertificate.IsDefaultOrEmpty
                    ? null
                    : X509CertificateLoader.LoadCertificate(port.IdentityCertificate.AsSpan()),
            }, new StepReport(Name, StepStatus.Ok, $"The binding of port {port.Name} is offered.") { Details = details });
    }

    // A file is taken at its word, as the app.config is.
    private static string? DoubtOf(ImportedEndpoint port, Uri address, Uri wsdl)
    {
        if (!address.IdnHost.Equals(wsdl.IdnHost, StringComparison.OrdinalIgnoreCase))
        {
            return $"The WSDL of {wsdl.IdnHost} leads to {address.IdnHost}.";
        }

        var isItsHost = port.IdentityCertificate.IsDefaultOrEmpty
            && (port.Identity is null || string.Equals(port.IdentityDnsName, address.IdnHost, StringComparison.OrdinalIgnoreCase));
        return wsdl.Scheme == Uri.UriSchemeHttps || isItsHost ? null
            : "The WSDL came over http, where anybody on the way can change the identity in it.";
    }

    private static (Target?, StepReport) OfConfiguration(DoctorOptions options, string file)
    {
        var configuration = ServiceModelConfiguration.Load(file);
        var endpoints = configuration.ClientEndpoints
            .Where(endpoint => options.Endpoint is null || endpoint.Name == options.Endpoint).ToList();
        if (endpoints is not [var endpoint])
        {
            return (null, Failed($"{endpoints.Count} client endpoints fit; {file} has: "
                + $"{string.Join(", ", configuration.ClientEndpoints.Select(e => e.Name))}.", "Choose one with --endpoint."));
        }

        endpoint.EnsureUsable();
        if (endpoint.Binding?.Security is not { } element)
        {
            return (null, Failed($"The endpoint {endpoint.Name} has no message security.", "The stack's own binding serves it."));
        }

        var address = (options.Source is { } source ? AddressOf(source, withQuery: false) : null) ?? endpoint.Address;
        if (address is not { Scheme: "http" or "https" })
        {
            return (null, Failed($"The endpoint {endpoint.Name} has no http or https address.", "Give the address as the first argument."));
        }

        var user = options.UserName is { } name ? new Credentials.UserNameCredential(name, options.UserPassword ?? "") : null;
        var credentials = endpoint.ToClientCredentials(user, address);
        return (new Target
        {
            Address = address,
            Via = endpoint.Behavior.ClientVia,
            Element = element,
            MessageVersion = endpoint.Binding.MessageVersion,
            Identity = credentials.ServiceIdentity,
            ServiceCertificate = credentials.ServiceCertificate,
            Credentials = credentials,
        }, new StepReport(Name, StepStatus.Ok, $"The binding of the endpoint {endpoint.Name} is offered.")
        {
            Details = [$"{endpoint.Location}", $"address: {address}"],
        });
    }

    // The address of a service is asked for its WSDL as clients of WCF ask.
    private static Uri? AddressOf(string source, bool withQuery = true) =>
        !Uri.TryCreate(source, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") ? null
            : !withQuery ? new UriBuilder(address) { Query = "" }.Uri
            : address.Query.Length > 0 || address.AbsolutePath.EndsWith(".wsdl", StringComparison.OrdinalIgnoreCase) ? address
            : new UriBuilder(address) { Query = "wsdl" }.Uri;

    private static StepReport Failed(string found, string remedy) => new(Name, StepStatus.Failed, found) { Remedy = remedy };
}
