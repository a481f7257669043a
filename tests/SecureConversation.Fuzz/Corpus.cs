namespace SecureConversation.Fuzz;

/// <summary>The inputs that are kept: seeds, and what was found. A finding stays for good, so that the bug does not come back.</summary>
public static class Corpus
{
    /// <summary>Beside the program.</summary>
    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "corpus");

    /// <summary>The inputs of a target, by name, in the order of their names.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Load(FuzzTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var folder = Path.Combine(Root, target.Name);
        return !Directory.Exists(folder) ? [] : Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)));
    }

    /// <summary>Writes the seeds of all targets below a folder. Files that are there already stay.</summary>
    public static void WriteSeeds(string root)
    {
        foreach (var target in FuzzTarget.All)
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, target.Name)).FullName;
            foreach (var (name, content) in target.Seeds())
            {
                var file = Path.Combine(folder, name);
                if (!File.Exists(file))
                {
                    File.WriteAllBytes(file, content);
                }
            }
        }
    }
}
