using System.Reflection;
using System.Text.Json;

namespace SecureConversation.Testing;

/// <summary>
/// Compares what a package makes its users download with what its assembly refers to. What the package names is read from where restore has
/// put it, so it does not matter in which file it is said.
/// </summary>
public static class PackageReferences
{
    private const string Framework = "net10.0";

    /// <summary>What the package names and its assembly does not use, and what the assembly uses and the package does not name.</summary>
    public static IReadOnlyList<string> Differences(Assembly assembly)
    {
        var used = assembly.GetReferencedAssemblies().Select(reference => reference.Name!).ToHashSet();
        var named = Named(assembly.GetName().Name!);
        var platform = AssembliesOf("Microsoft.NETCore.App");
        return
        [
            .. named.Where(pair => !pair.Value.Overlaps(used)).Select(pair => $"{pair.Key} is named and not used"),
            .. used.Where(name => !platform.Contains(name) && !named.Values.Any(assemblies => assemblies.Contains(name))).Select(name => $"{name} is used and not named"),
        ];
    }

    /// <summary>The names of packages, frameworks and projects that the users of the package get, each with its assemblies.</summary>
    private static Dictionary<string, HashSet<string>> Named(string project)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SourceRoot, "src", project, "obj", "project.assets.json")));
        var target = assets.RootElement.GetProperty("targets").GetProperty(Framework);
        var frameworks = assets.RootElement.GetProperty("project").GetProperty("frameworks").GetProperty(Framework);
        var references = assets.RootElement.GetProperty("project").GetProperty("restore").GetProperty("frameworks").GetProperty(Framework).GetProperty("projectReferences");
        var named = new Dictionary<string, HashSet<string>>();
        foreach (var package in Properties(frameworks, "dependencies").Where(package => !IsPrivate(package.Value)))
        {
            var resolved = target.EnumerateObject().Single(library => library.Name.StartsWith(package.Name + "/", StringComparison.OrdinalIgnoreCase)).Value;
            named[package.Name] = [.. Properties(resolved, "compile").Select(file => Path.GetFileNameWithoutExtension(file.Name))];
        }

        foreach (var framework in Properties(frameworks, "frameworkReferences").Where(framework => framework.Name != "Microsoft.NETCore.App"))
        {
            named[framework.Name] = [.. AssembliesOf(framework.Name).Except(AssembliesOf("Microsoft.NETCore.App"))];
        }

        foreach (var name in references.EnumerateObject().Select(reference => Path.GetFileNameWithoutExtension(reference.Name.Replace('\\', '/'))))
        {
            named[name] = [name];
        }

        return named;
    }

    private static bool IsPrivate(JsonElement dependency) => dependency.TryGetProperty("suppressParent", out var assets) && assets.GetString() == "All";

    private static JsonProperty[] Properties(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? [.. value.EnumerateObject()] : [];

    private static HashSet<string> AssembliesOf(string framework)
    {
        var platform = new DirectoryInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        return [.. Directory.EnumerateFiles(Path.Combine(platform.Parent!.Parent!.FullName, framework, platform.Name), "*.dll").Select(file => Path.GetFileNameWithoutExtension(file))];
    }

    public static string SourceRoot
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(directory.FullName, "SecureConversation.sln")))
            {
                directory = directory.Parent ?? throw new InvalidOperationException("The solution is not above the tests.");
            }

            return directory.FullName;
        }
    }
}
