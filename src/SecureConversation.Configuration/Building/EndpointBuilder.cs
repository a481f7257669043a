using System.Collections.Immutable;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>Makes endpoints and services of nodes, with the bindings and behaviors that they name.</summary>
internal sealed class EndpointBuilder(
    BindingCatalog bindings,
    IReadOnlyList<ConfiguredEndpointBehavior> endpointBehaviors,
    IReadOnlyList<ConfiguredServiceBehavior> serviceBehaviors)
{
    private const string MetadataContract = "IMetadataExchange";

    /// <summary>What holds where the file has no behavior.</summary>
    public required ConfiguredEndpointBehavior NoEndpointBehavior { get; init; }

    /// <inheritdoc cref="NoEndpointBehavior"/>
    public required ConfiguredServiceBehavior NoServiceBehavior { get; init; }

    public ConfiguredClientEndpoint Client(ConfigNode node)
    {
        var binding = bindings.Resolve(node.Text("binding"), node.Text("bindingConfiguration"), node);
        var behavior = Behavior(node);
        var address = node.Get<Uri?>("address");
        if (address is { IsAbsoluteUri: false })
        {
            node.Error("The address of a service is absolute.", "Write the scheme and the host.", "address", address.OriginalString);
        }
        else if (address is not null && binding is not null && address.Scheme != binding.Transport.Scheme)
        {
            node.Error(
                $"The binding is for addresses with {binding.Transport.Scheme}.",
                "Correct the address or the mode of the binding.",
                "address",
                address.OriginalString);
        }

        return new()
        {
            Location = node.Location,
            Name = node.Text("name"),
            Address = address is { IsAbsoluteUri: true } ? address : null,
            Contract = node.Text("contract"),
            Binding = binding,
            Identity = Identity(node.Child("identity")),
            Headers = node.Child("headers")?.RawChildren ?? [],
            Behavior = behavior,
            Problems = [.. All(node, binding, behavior.Problems), .. Notes(behavior, node)],
        };
    }

    // A service of CoreWCF drops unknown data; the clients of .NET have no switch for it.
    private static IEnumerable<ConfigurationProblem> Notes(ConfiguredEndpointBehavior behavior, ConfigNode node) =>
        !behavior.IgnoreExtensionDataObject ? [] :
        [
            new()
            {
                Severity = ConfigurationProblemSeverity.Note,
                Location = behavior.Location ?? node.Location,
                Path = $"endpointBehaviors/behavior[{behavior.Name}]/dataContractSerializer",
                Attribute = "ignoreExtensionDataObject",
                Found = "true",
                Reason = "Clients of .NET have no such switch: unknown data of objects is kept where a class has IExtensibleDataObject.",
                Remedy = "Take the attribute out, and that interface out of the classes that shall drop it.",
            },
        ];

    public ConfiguredService Service(ConfigNode node)
    {
        var host = node.ChildOrDefault("host");
        var timeouts = host.ChildOrDefault("timeouts");
        var name = node.Text("behaviorConfiguration");
        var behavior = serviceBehaviors.FirstOrDefault(candidate => candidate.Name == name);
        if (behavior is null && name.Length > 0)
        {
            node.Error(
                $"There is no <behavior name=\"{name}\"> in <serviceBehaviors>.",
                "Write it or correct the name.",
                "behaviorConfiguration",
                name);
        }

        behavior ??= NoServiceBehavior;
        var endpoints = node.Children.Where(child => child.Name == "endpoint").Select(Endpoint).ToImmutableArray();
        var addresses = host.ChildOrDefault("baseAddresses").Children.Select(BaseAddress).OfType<Uri>().ToImmutableArray();
        return new()
        {
            Location = node.Location,
            Name = node.Text("name"),
            Behavior = behavior,
            BaseAddresses = addresses,
            OpenTimeout = timeouts.Get<TimeSpan>("openTimeout"),
            CloseTimeout = timeouts.Get<TimeSpan>("closeTimeout"),
            Endpoints = endpoints,
            Problems = [.. node.Problems, .. endpoints.SelectMany(e => e.Problems).Concat(behavior.Problems).Except(node.Problems)],
        };
    }

    private static Uri? BaseAddress(ConfigNode node)
    {
        // ~ stands for the address of the application in IIS, which its host knows.
        var text = node.Text("baseAddress");
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && !uri.IsFile)
        {
            return uri;
        }

        node.Error("A base address is absolute.", "Write the scheme and the host.", "baseAddress", text);
        return null;
    }

    private ConfiguredServiceEndpoint Endpoint(ConfigNode node)
    {
        var kind = node.Text("kind");
        if (kind is not ("" or "mexEndpoint"))
        {
            node.Error(
                "The standard endpoint is not offered.", "Write address, binding and contract, or serve it by other means.", "kind", kind);
        }

        // A metadata endpoint needs no binding: HTTP is its default.
        var isMetadata = kind == "mexEndpoint"
            || node.Text("contract") == MetadataContract
            || node.Text("binding").StartsWith("mex", StringComparison.Ordinal);
        var bindingKind = isMetadata && node.Text("binding").Length == 0 ? "mexHttpBinding" : node.Text("binding");
        var binding = bindings.Resolve(bindingKind, node.Text("bindingConfiguration"), node);
        var behavior = Behavior(node);
        return new()
        {
            Location = node.Location,
            Name = node.Text("name"),
            Address = node.Text("address"),
            Contract = isMetadata && node.Text("contract").Length == 0 ? MetadataContract : node.Text("contract"),
            IsMetadataExchange = isMetadata,
            Binding = binding,
            BindingName = node.Text("bindingName"),
            BindingNamespace = node.Text("bindingNamespace"),
            ListenUri = node.Get<Uri?>("listenUri"),
            Identity = Identity(node.Child("identity")),
            Headers = node.Child("headers")?.RawChildren ?? [],
            Behavior = behavior,
            Problems = All(node, binding, behavior.Problems),
        };
    }

    private ConfiguredEndpointBehavior Behavior(ConfigNode node)
    {
        var name = node.Text("behaviorConfiguration");
        var behavior = endpointBehaviors.FirstOrDefault(candidate => candidate.Name == name);
        if (behavior is null && name.Length > 0)
        {
            node.Error(
                $"There is no <behavior name=\"{name}\"> in <endpointBehaviors>.",
                "Write it or correct the name.",
                "behaviorConfiguration",
                name);
        }

        return behavior ?? NoEndpointBehavior;
    }

    private static ConfiguredIdentity? Identity(ConfigNode? node)
    {
        if (node is null || node.Children.Count == 0)
        {
            return null;
        }

        // An empty one names no certificate, and WCF takes what stands beside it.
        var reference = CertificateBuilder.Certificate(node.Child("certificateReference"));
        var written = node.Children
            .Where(child => Value(child) is { Length: > 0 } || (child.Name == "certificateReference" && reference is not null)).ToList();
        if (written.Count > 1)
        {
            node.Error("The identity says more than one thing.", "Leave one element.");
        }

        string? Of(string name) => node.Child(name) is { } child && Value(child) is { Length: > 0 } value ? value : null;
        return written.Count == 0 ? null : new()
        {
            Location = node.Location,
            Dns = Of("dns"),
            EncodedCertificate = Of("certificate"),
            CertificateReference = reference,
            UserPrincipalName = Of("userPrincipalName"),
            ServicePrincipalName = Of("servicePrincipalName"),
            Rsa = Of("rsa"),
        };
    }

    private static string? Value(ConfigNode child) => child.Name switch
    {
        "certificate" => child.Text("encodedValue"),
        "certificateReference" => null,
        _ => child.Text("value"),
    };

    private static ImmutableArray<ConfigurationProblem> All(
        ConfigNode node, ConfiguredBinding? binding, ImmutableArray<ConfigurationProblem> behavior) =>
        [.. node.Problems.Concat(binding?.Problems ?? []).Concat(behavior).Distinct()];
}
