using Microsoft.CodeAnalysis;

namespace SecureConversation.Analyzers;

/// <summary>The classes of the .NET WCF client that found endpoints in configuration files, and ours that do.</summary>
internal sealed class NamedEndpoint
{
    private NamedEndpoint(INamedTypeSymbol ofStack, INamedTypeSymbol ours) => (OfStack, Ours) = (ofStack, ours);

    public INamedTypeSymbol OfStack { get; }

    public INamedTypeSymbol Ours { get; }

    public static NamedEndpoint? Proxy(Compilation compilation) => Find(compilation, "ClientBase`1");

    public static NamedEndpoint? Factory(Compilation compilation) => Find(compilation, "ChannelFactory`1");

    public bool IsOfStack(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type?.OriginalDefinition, OfStack);

    private static NamedEndpoint? Find(Compilation compilation, string name) =>
        compilation.GetTypeByMetadataName($"System.ServiceModel.{name}") is { } ofStack
        && compilation.GetTypeByMetadataName($"SecureConversation.ServiceModel.Configuration.{name}") is { } ours
            ? new(ofStack, ours)
            : null;
}
