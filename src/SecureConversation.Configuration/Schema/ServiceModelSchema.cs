using System.Collections.Immutable;
using static SecureConversation.Configuration.Schema.Attributes;

namespace SecureConversation.Configuration.Schema;

/// <summary>The sections of <c>system.serviceModel</c>.</summary>
internal static class ServiceModelSchema
{
    public const string Root = "system.serviceModel";

    public static ElementSchema ProtocolMapping { get; } = new ElementSchema("protocolMapping").WithItems(
        new ElementSchema("add").With(Text("scheme").Required(), Text("binding").Required(), Text("bindingConfiguration")), "scheme");

    public static ElementSchema Hosting { get; } = new ElementSchema("serviceHostingEnvironment") { IsList = true }
        .With(
            Flag("aspNetCompatibilityEnabled").Refused(
                "Services do not run in the pipeline of ASP.NET.", "Set it to false, and replace HttpContext.Current."),
            Flag("closeIdleServicesAtLowMemory").Ignored("The host decides when services close."),
            Number("minFreeMemoryPercentageToActivateService", 5, maximum: 99).Ignored("The host decides when services start."),
            Flag("multipleSiteBindingsEnabled").Ignored("A service takes all addresses of its host."))
        .With(() =>
        [
            new ElementSchema("baseAddressPrefixFilters").Ignored("A service takes all addresses of its host."),
            new ElementSchema("serviceActivations").Refused("Services without a file are not found here.", "Map them in code."),
            // Items of its own collection: transports of IIS.
            new ElementSchema("add").Ignored("The host has its own transports."),
            new ElementSchema("clear").Ignored("The host has its own transports."),
            new ElementSchema("remove").Ignored("The host has its own transports."),
        ]);

    public static ImmutableArray<ElementSchema> Sections { get; } =
    [
        BindingSchema.Bindings,
        BehaviorSchema.Behaviors,
        EndpointSchema.Client,
        EndpointSchema.Services,
        ProtocolMapping,
        Hosting,
        new ElementSchema("diagnostics").Ignored("Logging and tracing are those of the host."),
        new ElementSchema("standardEndpoints").Ignored("Standard endpoints have the settings of the host."),
        new ElementSchema("tracking").Ignored("Workflows are not offered."),
        new ElementSchema("machineSettings").Ignored("Logging is that of the host."),
        new ElementSchema("commonBehaviors").Refused(
            "Behaviors of all services of a machine are not applied.", "Move them into a behavior without name."),
        new ElementSchema("comContracts").Refused("COM is not offered.", "Write a contract in code."),
        new ElementSchema("routing").Refused("The router is not offered.", "Use a reverse proxy."),
        // An extension has no effect before an element of its name is used, which is then an unknown element.
        new ElementSchema("extensions") { IsRaw = true },
    ];
}
