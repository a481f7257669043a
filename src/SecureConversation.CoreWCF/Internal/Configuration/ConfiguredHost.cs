using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Configuration;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>Adds one service of a file to CoreWCF.</summary>
internal static class ConfiguredHost
{
    public static void Add(IServiceBuilder builder, IServiceProvider services, ConfiguredService service,
        ServiceModelConfiguration configuration, IReadOnlyDictionary<string, string> paths)
    {
        service.EnsureUsable();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("SecureConversation.CoreWCF");
        foreach (var note in service.Problems)
        {
            ConfigurationLog.Note(logger, note.ToString());
        }

        foreach (var note in ServiceNotes.Of(service))
        {
            ConfigurationLog.Note(logger, note.ToString());
        }

        var type = ServiceTypes.Service(service);
        var debug = service.Behavior.Debug;
        builder.AddService(type, options =>
        {
            options.DebugBehavior.IncludeExceptionDetailInFaults = debug?.IncludeExceptionDetailInFaults ?? false;
            // Without serviceDebug, and where services run under IIS, nobody asked for a page.
            options.DebugBehavior.HttpHelpPageEnabled = debug?.HttpHelpPageEnabled ?? false;
            options.DebugBehavior.HttpsHelpPageEnabled = debug?.HttpsHelpPageEnabled ?? false;
            options.DebugBehavior.HttpHelpPageUrl = debug?.HttpHelpPageUrl;
            options.DebugBehavior.HttpsHelpPageUrl = debug?.HttpsHelpPageUrl;
        });
        var hosted = paths.GetValueOrDefault(service.Name);
        var endpoints = Endpoints(service, type, configuration, hosted);
        foreach (var endpoint in endpoints.Where(endpoint => endpoint.IsMetadataExchange))
        {
            // CoreWCF has no WS-MetadataExchange; what it serves is ?wsdl.
            ConfigurationLog.NoMetadataExchange(logger, endpoint.Location.ToString());
        }

        // The longest path first, since CoreWCF takes the first one that the path of a request begins with.
        foreach (var (endpoint, path) in endpoints.Where(endpoint => !endpoint.IsMetadataExchange)
            .Select(endpoint => (endpoint, HostedPaths.PathOf(endpoint, service, hosted)))
            .OrderByDescending(placed => placed.Item2.OriginalString.Length))
        {
            Add(builder, type, service, endpoint, path);
        }

        builder.ConfigureServiceHostBase(type, host => ConfiguredBehaviors.Apply(service, hosted, host, services));
    }

    private static void Add(
        IServiceBuilder builder, Type type, ConfiguredService service, ConfiguredServiceEndpoint endpoint, Uri address)
    {
        if (!endpoint.Headers.IsEmpty)
        {
            throw ConfiguredRefusal.Of(endpoint.Location, $"services/service[{service.Name}]/endpoint[{endpoint.Name}]/headers",
                "Endpoints that are told apart by headers are not offered by CoreWCF.", "Give each endpoint an address of its own.");
        }

        if (endpoint.Binding!.Transport.HostNameComparisonMode == ConfiguredHostNameComparison.Exact)
        {
            throw ConfiguredRefusal.Of(endpoint.Binding, "hostNameComparisonMode", nameof(ConfiguredHostNameComparison.Exact),
                "CoreWCF answers under every host name.",
                "Take it out, and name the hosts in AllowedHosts of appsettings.json, which ASP.NET Core filters by.");
        }

        var binding = ConfiguredBindings.Create(endpoint.Binding!);
        ConfiguredBindings.RequireOffered(endpoint.Binding!, binding);
        binding.Name = endpoint.BindingName.Length > 0 ? endpoint.BindingName : binding.Name;
        binding.Namespace = endpoint.BindingNamespace.Length > 0 ? endpoint.BindingNamespace : binding.Namespace;
        var listen = endpoint.ListenUri is { } uri
            ? new Uri(uri.IsAbsoluteUri ? uri.AbsolutePath : uri.OriginalString, UriKind.Relative)
            : null;
        builder.AddServiceEndpoint(type, ServiceTypes.Contract(type, endpoint), binding, address, listen, made =>
        {
            if (endpoint.Name.Length > 0)
            {
                made.Name = endpoint.Name;
            }

            if (ConfiguredSerializer.IsSaid(service))
            {
                made.EndpointBehaviors.Add(new ConfiguredSerializer(service.Behavior, endpoint.Behavior));
            }
        });
    }

    /// <summary>The endpoints; where the file has none, one for each contract, as .NET Framework 4 adds them.</summary>
    private static ImmutableArray<ConfiguredServiceEndpoint> Endpoints(
        ConfiguredService service, Type type, ServiceModelConfiguration configuration, string? hosted)
    {
        if (!service.Endpoints.IsEmpty)
        {
            return service.Endpoints;
        }

        var schemes = service.BaseAddresses.Select(address => address.Scheme).Where(scheme => scheme is "http" or "https")
            .Distinct().ToList();
        return
        [
            .. from scheme in schemes.Count == 0 && hosted is not null ? ["http"] : schemes
               from contract in ServiceTypes.Contracts(type)
               select new ConfiguredServiceEndpoint
               {
                   Location = service.Location,
                   Contract = contract.FullName!,
                   Binding = configuration.GetDefaultBinding(scheme),
               },
        ];
    }
}
