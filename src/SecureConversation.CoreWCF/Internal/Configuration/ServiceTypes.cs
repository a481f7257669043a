using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using SecureConversation.Configuration;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>Finds the types of services and contracts that a file names.</summary>
internal static class ServiceTypes
{
    /// <summary>The type of a service: by its full name, or by the ConfigurationName of its ServiceBehavior.</summary>
    /// <exception cref="ServiceModelConfigurationException">There is none, or several.</exception>
    [SuppressMessage("Trimming", "IL2026", Justification = "WCF cannot be trimmed.")]
    public static Type Service(ConfiguredService service)
    {
        var assemblies = Assemblies();
        var found = assemblies.Select(assembly => assembly.GetType(service.Name, throwOnError: false)).OfType<Type>().Distinct().ToList();
        if (found.Count == 0)
        {
            found = [.. assemblies.SelectMany(TypesOf).Where(type => type.IsClass && NameOf(type) == service.Name)];
        }

        return found.Count == 1
            ? found[0]
            : throw ConfiguredRefusal.Of(service.Location, $"services/service[{service.Name}]", found.Count == 0
                ? $"No class of the application has the name '{service.Name}'."
                : $"{found.Count} assemblies have a class '{service.Name}': "
                    + $"{string.Join(", ", found.Select(type => type.Assembly.GetName().Name))}.",
                "Write the full name of the class, and reference its project from the application.");
    }

    /// <summary>The contract of an endpoint among those that its service implements.</summary>
    /// <exception cref="ServiceModelConfigurationException">There is none.</exception>
    public static Type Contract(Type service, ConfiguredServiceEndpoint endpoint) =>
        Contracts(service).FirstOrDefault(contract => contract.FullName == endpoint.Contract || NameOf(contract) == endpoint.Contract)
        ?? throw ConfiguredRefusal.Of(endpoint.Location, $"services/service/endpoint[{endpoint.Name}]",
            $"{service.FullName} implements no contract '{endpoint.Contract}'; it has "
            + $"{string.Join(", ", Contracts(service).Select(contract => contract.FullName))}.",
            "Write the full name of the interface with [ServiceContract], or its ConfigurationName.");

    /// <summary>All contracts that a service implements; the service itself where it is its own contract.</summary>
    public static IEnumerable<Type> Contracts(Type service) =>
        service.GetInterfaces().Append(service).Where(type => ContractOf(type) is not null);

    private static string? NameOf(Type type) =>
        (type.GetCustomAttribute<ServiceBehaviorAttribute>()?.ConfigurationName ?? ContractOf(type)?.ConfigurationName) is
        { Length: > 0 } name ? name : null;

    private static ServiceContractAttribute? ContractOf(Type type) => type.GetCustomAttribute<ServiceContractAttribute>(inherit: false);

    // The application and what it references: services stand in the project of the host or in a library beside it.
    private static List<Assembly> Assemblies()
    {
        var entry = Assembly.GetEntryAssembly();
        var loaded = AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic);
        var referenced = entry?.GetReferencedAssemblies().Select(TryLoad).OfType<Assembly>() ?? [];
        return [.. loaded.Concat(referenced).Distinct()];
    }

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (IOException)
        {
            // An assembly that is referenced and not deployed has no service.
            return null;
        }
    }

    [RequiresUnreferencedCode("Reads all types.")]
    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>();
        }
    }
}
