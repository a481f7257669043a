using System.Collections.Immutable;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Policy.Tests.Vectors;

/// <summary>The WSDLs that services of WCF and CXF published when their conversations were recorded.</summary>
public static class VectorWsdl
{
    private static readonly Lazy<ImmutableArray<string>> Known = new(() =>
        [.. VectorArchive.Names.Where(name => !name.StartsWith("external:", StringComparison.Ordinal)).Where(HasWsdl)]);

    public static TheoryData<string> All => [.. Known.Value.Select(name => new TheoryDataRow<string>(name) { Label = name })];

    public static ImmutableArray<string> Names => Known.Value;

    public static byte[] Read(string name) => VectorArchive.Get(name).ReadFile(VectorArchive.Get(name).File.Wsdl!);

    public static ImportedEndpoint Import(string name) => new WsdlImporter().Import(new MemoryStream(Read(name)), name).Endpoints.Single();

    private static bool HasWsdl(string name) =>
        VectorArchive.Get(name) is { File.Wsdl: { } file } vector && vector.ReadFile(file).Length > 0;
}
