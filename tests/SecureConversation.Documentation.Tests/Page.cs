namespace SecureConversation.Documentation.Tests;

/// <summary>A page of the documentation.</summary>
internal static class Page
{
    public static readonly string Root = FindRoot();

    /// <summary>The C# blocks of a page as they stand there.</summary>
    /// <param name="path">Path of the page below the root of the repository.</param>
    public static IReadOnlyList<string> Programs(string path)
    {
        List<string> programs = [];
        List<string>? block = null;
        foreach (var line in File.ReadLines(Path.Combine(Root, path)))
        {
            if (block is null)
            {
                block = line == "```csharp" ? [] : null;
            }
            else if (line == "```")
            {
                programs.Add(string.Join('\n', block));
                block = null;
            }
            else
            {
                block.Add(line);
            }
        }

        return programs;
    }

    /// <summary>The lines of a page.</summary>
    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    /// <summary>The source of all tests in one.</summary>
    /// <param name="except">The name of a file that is left out.</param>
    public static string SourceOfTests(string except) => string.Concat(SourcesOfTests(except));

    /// <summary>The source of each file of the tests.</summary>
    /// <param name="except">The name of a file that is left out.</param>
    public static IEnumerable<string> SourcesOfTests(string except) => Directory
        .EnumerateFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) != except && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SecureConversation.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
