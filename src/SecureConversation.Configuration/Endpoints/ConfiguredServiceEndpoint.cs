using System.Collections.Immutable;

namespace SecureConversation.Configuration;

/// <summary>An <c>&lt;endpoint&gt;</c> of a <c>&lt;service&gt;</c>.</summary>
public sealed record ConfiguredServiceEndpoint
{
    /// <summary>Where it stands.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary>The name; empty where the file gives none.</summary>
    public string Name { get; init; } = "";

    /// <summary>The address as written: relative to a base address of the same scheme, or absolute.</summary>
    public string Address { get; init; } = "";

    /// <summary>The contract.</summary>
    public string Contract { get; init; } = "";

    /// <summary>Whether the endpoint serves metadata (contract IMetadataExchange, kind mexEndpoint, a mex binding).</summary>
    public bool IsMetadataExchange { get; init; }

    /// <summary>The binding; null where it could not be read (see <see cref="Problems"/>).</summary>
    public ConfiguredBinding? Binding { get; init; }

    /// <summary>The name of the binding in metadata; empty where the file gives none.</summary>
    public string BindingName { get; init; } = "";

    /// <summary>The namespace of the binding in metadata; empty where the file gives none.</summary>
    public string BindingNamespace { get; init; } = "";

    /// <summary>The address that the service listens at where it is not <see cref="Address"/>; null where the file gives none.</summary>
    public Uri? ListenUri { get; init; }

    /// <summary>The identity that metadata says; null where the file gives none.</summary>
    public ConfiguredIdentity? Identity { get; init; }

    /// <summary>Headers of the address, each one XML text.</summary>
    public ImmutableArray<string> Headers { get; init; } = [];

    /// <summary>The behavior of the endpoint: the named one, or else the one without name.</summary>
    public ConfiguredEndpointBehavior Behavior { get; init; } = new();

    /// <summary>The problems of the endpoint, its binding and its behavior.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; init; } = [];

    /// <summary>Finds the absolute address.</summary>
    /// <param name="baseAddresses">The base addresses of the service.</param>
    /// <returns>The address; null where no base address has the scheme of the binding.</returns>
    public Uri? Resolve(IEnumerable<Uri> baseAddresses)
    {
        ArgumentNullException.ThrowIfNull(baseAddresses);
        if (Uri.TryCreate(Address, UriKind.Absolute, out var absolute) && !absolute.IsFile)
        {
            return absolute;
        }

        var scheme = Binding?.Transport.Scheme;
        var root = baseAddresses.FirstOrDefault(address => address.Scheme == scheme);
        if (root is null || Address.Length == 0)
        {
            return root;
        }

        // WCF appends to the whole base address, not to its last folder.
        return Uri.TryCreate($"{root.AbsoluteUri.TrimEnd('/')}/{Address.TrimStart('/')}", UriKind.Absolute, out var found) ? found : null;
    }
}
