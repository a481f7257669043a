namespace SecureConversation.Cli;

/// <summary>Keeps what a command writes away from what it reads.</summary>
internal static class OutputFile
{
    private static readonly StringComparison Names =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Refuses a page that would take the place of a file that is read.</summary>
    /// <param name="path">Where the page will be written.</param>
    /// <param name="inputs">Files and directories that are read.</param>
    /// <exception cref="ArgumentException">It is one of them, or lies in one of them and has not the name of a page.</exception>
    public static void EnsureNoInput(string path, IEnumerable<string> inputs)
    {
        var page = Place(path);
        foreach (var input in inputs)
        {
            var isOfDirectory = Directory.Exists(input) && File.Exists(page) && !IsPage(page)
                && Path.GetDirectoryName(page)!.Equals(Final(Place(input)), Names);
            // Of a link both its own place is taken and what it leads to.
            if (isOfDirectory || page.Equals(Place(input), Names) || page.Equals(Final(Place(input)), Names))
            {
                throw new ArgumentException($"{path} is one of the files that are read: write the page to another.");
            }
        }
    }

    private static bool IsPage(string path) =>
        path.EndsWith(".html", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".htm", StringComparison.OrdinalIgnoreCase);

    // The name in the directory that links on the way lead to.
    private static string Place(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Path.GetDirectoryName(full) is { } parent ? Path.Combine(Final(Place(parent)), Path.GetFileName(full)) : full;
    }

    private static string Final(string path)
    {
        FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return entry.LinkTarget is null ? path : entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
    }
}
