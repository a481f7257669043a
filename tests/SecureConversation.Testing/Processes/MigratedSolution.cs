using System.Reflection;

namespace SecureConversation.Testing.Processes;

/// <summary>The files of samples/MigratedSolution; the projects of the tests say where they are, and build its programs.</summary>
public sealed class MigratedSolution(Assembly tests)
{
    public const string OnlyWithStoresInFiles = "Where the stores of a user are not files, the test would change those of the real user.";

    /// <summary>The solution as it was on .NET Framework.</summary>
    public string Before => Path.Combine(Metadata("MigratedSolution"), "before");

    /// <summary>The solution after the steps of docs/migrating-from-config.md.</summary>
    public string After => Path.Combine(Metadata("MigratedSolution"), "after");

    public string Document => Path.Combine(Metadata("MigratedSolution"), "..", "..", "docs", "migrating-from-config.md");

    public string Service => Path.Combine(After, "OrderService");

    public string Program(string project) => Path.Combine(After, project, "bin", Metadata("MigratedSolutionBuild"), project + ".dll");

    private string Metadata(string key) => tests.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;
}
