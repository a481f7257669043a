using System.Collections.Immutable;

namespace SecureConversation.Policy;

/// <summary>What a WSDL and the documents that it imports say of endpoints.</summary>
public sealed record WsdlImport
{
    /// <summary>All ports of all services, and bindings without a port, in the order of the documents.</summary>
    public required ImmutableArray<ImportedEndpoint> Endpoints { get; init; }

    /// <summary>The names of the documents that were read.</summary>
    public ImmutableArray<string> Documents { get; init; } = [];

    /// <summary>The endpoint with this name of a port.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or there are several; the message lists the names.</exception>
    public ImportedEndpoint this[string port] => Endpoints.Where(e => e.Name == port).ToList() switch
    {
        [var one] => one,
        [] => throw new KeyNotFoundException($"There is no port '{port}'; there are {string.Join(", ", Endpoints.Select(e => e.Name))}."),
        var several => throw new KeyNotFoundException(
            $"{several.Count} services have a port '{port}': choose from {nameof(Endpoints)} by its service."),
    };
}
