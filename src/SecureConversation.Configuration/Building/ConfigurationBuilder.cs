using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Configuration.Reading;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Building;

/// <summary>Builds a configuration: files, sections, bindings, behaviors, endpoints.</summary>
internal sealed class ConfigurationBuilder
{
    // What the machine.config of .NET Framework maps.
    private static readonly ImmutableDictionary<string, (string Kind, string Name)> DefaultMappings =
        new Dictionary<string, (string, string)>
        {
            ["http"] = ("basicHttpBinding", ""),
            ["https"] = ("basicHttpsBinding", ""),
            ["net.tcp"] = ("netTcpBinding", ""),
            ["net.pipe"] = ("netNamedPipeBinding", ""),
        }.ToImmutableDictionary();

    private readonly ServiceModelConfigurationOptions _options;
    private readonly NodeReader _reader;
    private readonly ProblemCount _count;
    private Dictionary<string, ConfigNode> _sections = [];
    private BindingCatalog? _bindings;
    private SectionErrors? _errors;

    public ConfigurationBuilder(ServiceModelConfigurationOptions options)
    {
        _options = options;
        _count = new(options.MaxProblems);
        _reader = new(_count);
    }

    public ServiceModelConfiguration Build(XElement root, string path)
    {
        var files = new ConfigNode(new(ServiceModelSchema.Root), new() { File = path }, ServiceModelSchema.Root, _count);
        var sections = new SectionFiles(_options);
        foreach (var parent in _options.ParentFiles)
        {
            sections.Add(XmlSource.Load(parent, _options), parent, files);
        }

        sections.Add(root, path, files);
        _sections = ReadSections(sections.Groups, files);
        _errors = new(files, _sections);
        _bindings = new(_sections.GetValueOrDefault("bindings"), _reader, _errors);
        return Assemble(path, files, _errors);
    }

    /// <summary>Finds a binding that no endpoint names.</summary>
    public ConfiguredBinding ResolveAlone(string kind, string name, string path)
    {
        // Counts for itself: questions do not use up what the file may have.
        var user = new ConfigNode(
            new("bindings"), new() { File = path }, $"{ServiceModelSchema.Root}/bindings", new(_options.MaxProblems));
        return _bindings!.Resolve(kind, name, user) ?? throw new ServiceModelConfigurationException(user.Problems);
    }

    /// <summary>The binding of a scheme; null where there is none.</summary>
    /// <exception cref="ServiceModelConfigurationException">What the file maps has an error.</exception>
    public (string Kind, string Name)? Mapping(string scheme)
    {
        ProblemFactory.ThrowIfAny(_errors!.OfMappings);
        var written = _sections.GetValueOrDefault("protocolMapping")?.Children.FirstOrDefault(entry => entry.Text("scheme") == scheme);
        if (written is not null)
        {
            return (written.Text("binding"), written.Text("bindingConfiguration"));
        }

        return DefaultMappings.TryGetValue(scheme, out var mapping) ? mapping : null;
    }

    private Dictionary<string, ConfigNode> ReadSections(List<XElement> groups, ConfigNode files)
    {
        if (groups.Count == 0)
        {
            return [];
        }

        var schema = new ElementSchema(ServiceModelSchema.Root) { Children = () => ServiceModelSchema.Sections };
        var root = _reader.Read(groups, schema, "");
        files.Add(root);
        return root.Children.ToDictionary(section => section.Name);
    }

    private ServiceModelConfiguration Assemble(string path, ConfigNode files, SectionErrors errors)
    {
        var behaviors = _sections.GetValueOrDefault("behaviors");
        var builder = new BehaviorBuilder(new(_options.CreateInstance));
        var (ofEndpoints, ofServices) = (errors.OfBehaviors("endpointBehaviors"), errors.OfBehaviors("serviceBehaviors"));
        var endpointBehaviors = Children(behaviors?.Child("endpointBehaviors")).Select(builder.Endpoint)
            .Select(behavior => behavior with { Problems = [.. ofEndpoints, .. behavior.Problems] }).ToImmutableArray();
        var serviceBehaviors = Children(behaviors?.Child("serviceBehaviors")).Select(builder.Service)
            .Select(behavior => behavior with { Problems = [.. ofServices, .. behavior.Problems] }).ToImmutableArray();
        var endpoints = new EndpointBuilder(_bindings!, endpointBehaviors, serviceBehaviors)
        {
            NoEndpointBehavior = new() { Problems = ofEndpoints },
            NoServiceBehavior = new() { Problems = ofServices },
        };
        return new(this)
        {
            Path = path,
            // All bindings are built, so that the problems of those that nobody uses are found as well.
            Bindings = [.. _bindings!.All],
            EndpointBehaviors = endpointBehaviors,
            ServiceBehaviors = serviceBehaviors,
            NoServiceBehavior = endpoints.NoServiceBehavior,
            ClientEndpoints =
            [
                .. Children(_sections.GetValueOrDefault("client")).Where(child => child.Name == "endpoint").Select(endpoints.Client),
            ],
            Services = [.. Children(_sections.GetValueOrDefault("services")).Select(endpoints.Service)],
            Problems = files.Problems,
        };
    }

    private static IEnumerable<ConfigNode> Children(ConfigNode? node) => node?.Children ?? [];
}
