using SecureConversation.Testing;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests;

/// <summary>What the README of the tool shows is what the tool prints.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task OutputOfMigrate_IsReal()
    {
        using var directory = new TemporaryDirectory();
        foreach (var (name, text) in OldSolution.Works.Concat(OldSolution.DoesNotWork)
            .Where(file => file.Name is "Client/App.config" or "Client/Program.cs" or "Client/Client.csproj" or "Service/Web.config"))
        {
            directory.Add(name, text);
        }

        var result = await CliProcess.RunAsync("migrate", directory.FullName);
        var output = result.Output.Replace(directory.FullName, "/src/Shop", StringComparison.Ordinal);
        Assert.Contains(output, Readme(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutputOfImport_IsReal()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Add("orders.wsdl", VectorArchive.Get("session/sc-mutualcert-2007").ReadFile("service.wsdl"));
        var result = await CliProcess.RunAsync("import", path);
        Assert.Contains(result.Error, Readme(), StringComparison.Ordinal);
        Assert.Contains(result.Output, Readme(), StringComparison.Ordinal);
        var json = await CliProcess.RunAsync("import", path, "--as", "json");
        Assert.Contains(json.Output, Readme(), StringComparison.Ordinal);
    }

    private static string Readme() => File.ReadAllText(Path.Combine(PackageReferences.SourceRoot, "src", "SecureConversation.Cli", "README.md"));
}
