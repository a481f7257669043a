using System.Collections.Immutable;
using SecureConversation.Configuration.Building;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration;

/// <summary>
/// The <c>&lt;system.serviceModel&gt;</c> of an app.config or web.config of .NET Framework, read unchanged. Everything that cannot be
/// honoured is among the <see cref="Problems"/>; nothing is dropped in silence.
/// </summary>
public sealed class ServiceModelConfiguration
{
    private readonly ConfigurationBuilder _builder;

    internal ServiceModelConfiguration(ConfigurationBuilder builder) => _builder = builder;

    /// <summary>The path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>The endpoints of clients, in the order of the file.</summary>
    public ImmutableArray<ConfiguredClientEndpoint> ClientEndpoints { get; internal init; } = [];

    /// <summary>The services, in the order of the file.</summary>
    public ImmutableArray<ConfiguredService> Services { get; internal init; } = [];

    /// <summary>The bindings, in the order of the file.</summary>
    public ImmutableArray<ConfiguredBinding> Bindings { get; internal init; } = [];

    /// <summary>The behaviors of endpoints, in the order of the file.</summary>
    public ImmutableArray<ConfiguredEndpointBehavior> EndpointBehaviors { get; internal init; } = [];

    /// <summary>The behaviors of services, in the order of the file.</summary>
    public ImmutableArray<ConfiguredServiceBehavior> ServiceBehaviors { get; internal init; } = [];

    /// <summary>All problems, in the order of the file.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; internal init; } = [];

    /// <summary>The behavior of services that name none: the one without name, since .NET Framework 4.</summary>
    public ConfiguredServiceBehavior DefaultServiceBehavior =>
        ServiceBehaviors.FirstOrDefault(behavior => behavior.Name.Length == 0) ?? NoServiceBehavior;

    internal ConfiguredServiceBehavior NoServiceBehavior { get; init; } = new();

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file: its root is <c>&lt;configuration&gt;</c> or <c>&lt;system.serviceModel&gt;</c>.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <exception cref="ServiceModelConfigurationException">
    /// The file, a parent or a configSource cannot be opened, is no XML, is too large or too deep, or has a DTD. Other problems do not
    /// throw before something is used.
    /// </exception>
    public static ServiceModelConfiguration Load(string path, ServiceModelConfigurationOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        return new ConfigurationBuilder(options).Build(XmlSource.Load(path, options), path);
    }

    /// <summary>Reads octets, in the encoding that the XML declares.</summary>
    /// <param name="stream">The octets. The caller disposes of it.</param>
    /// <param name="path">The path for messages, and to which a <c>configSource</c> or file is relative.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <exception cref="ServiceModelConfigurationException">As <see cref="Load"/>.</exception>
    public static ServiceModelConfiguration Parse(Stream stream, string path, ServiceModelConfigurationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        return new ConfigurationBuilder(options).Build(XmlSource.Parse(stream, path, options), path);
    }

    /// <summary>Reads text.</summary>
    /// <param name="reader">The text. The caller disposes of it.</param>
    /// <param name="path">The path for messages, and to which a <c>configSource</c> or file is relative.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <exception cref="ServiceModelConfigurationException">As <see cref="Load"/>.</exception>
    public static ServiceModelConfiguration Parse(TextReader reader, string path, ServiceModelConfigurationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        return new ConfigurationBuilder(options).Build(XmlSource.Parse(reader, path, options), path);
    }

    /// <summary>Finds the endpoint of a client by the rules of WCF.</summary>
    /// <param name="name">The name of the endpoint; <c>*</c> for the only one of the contract.</param>
    /// <param name="contract">The contract; null where the name is enough.</param>
    /// <exception cref="ServiceModelConfigurationException">None or several match, or the one has problems.</exception>
    public ConfiguredClientEndpoint GetClientEndpoint(string name, string? contract = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var found = ClientEndpoints
            .Where(endpoint => (name == "*" || endpoint.Name == name)
                && (contract is null || endpoint.Contract == contract))
            .ToList();
        if (found.Count != 1)
        {
            var wanted = (name == "*" ? "any name" : $"the name '{name}'") + (contract is null ? "" : $" and the contract '{contract}'");
            throw Refuse(
                "client",
                $"{found.Count} endpoints have {wanted}, and exactly one must.",
                $"The file has: {string.Join("; ", ClientEndpoints.Select(e => $"'{e.Name}' of '{e.Contract}'"))}.");
        }

        found[0].EnsureUsable();
        return found[0];
    }

    /// <summary>Finds a service by its name.</summary>
    /// <returns>
    /// The service; null where the file has none of the name. A host then uses <see cref="DefaultServiceBehavior"/> and
    /// <see cref="GetDefaultBinding"/>, as .NET Framework 4 does.
    /// </returns>
    /// <exception cref="ServiceModelConfigurationException">The service has problems.</exception>
    public ConfiguredService? FindService(string name)
    {
        var found = Services.FirstOrDefault(service => service.Name == name);
        found?.EnsureUsable();
        return found;
    }

    /// <summary>Finds a binding.</summary>
    /// <param name="kind">The element, as <c>wsHttpBinding</c>.</param>
    /// <param name="name">The name; empty for the default of the kind, which need not be written.</param>
    /// <exception cref="ServiceModelConfigurationException">There is none, or it has problems.</exception>
    public ConfiguredBinding GetBinding(string kind, string name)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(name);
        var binding = _builder.ResolveAlone(kind, name, Path);
        binding.EnsureUsable();
        return binding;
    }

    /// <summary>
    /// The binding of endpoints that a host adds for a base address (<c>protocolMapping</c>: http is basicHttpBinding by default).
    /// </summary>
    /// <param name="scheme">The scheme of the base address.</param>
    /// <returns>The binding; null where nothing is mapped to the scheme.</returns>
    /// <exception cref="ServiceModelConfigurationException">The binding has problems.</exception>
    public ConfiguredBinding? GetDefaultBinding(string scheme) =>
        _builder.Mapping(scheme) is var (kind, name) ? GetBinding(kind, name) : null;

    /// <summary>Throws where any problem of the whole file is an error.</summary>
    /// <exception cref="ServiceModelConfigurationException">The file has a problem.</exception>
    public void EnsureUsable() => ProblemFactory.ThrowIfAny(Problems);

    private ServiceModelConfigurationException Refuse(string path, string reason, string remedy) =>
        ProblemFactory.Exception(new() { File = Path }, $"system.serviceModel/{path}", reason, remedy);
}
