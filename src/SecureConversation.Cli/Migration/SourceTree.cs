namespace SecureConversation.Cli.Migration;

/// <summary>
/// The files of a directory that may say something. What is built, fetched or hidden is passed over, and links are not followed.
/// </summary>
internal sealed class SourceTree
{
    public const int MaxFiles = 50_000;
    public const int MaxDepth = 64;
    public const long MaxFileBytes = 4 * 1024 * 1024;

    private static readonly HashSet<string> Passed =
        new(StringComparer.OrdinalIgnoreCase) { "bin", "obj", "node_modules", "artifacts", "TestResults" };

    private static readonly HashSet<string> Extensions =
        new(StringComparer.OrdinalIgnoreCase) { ".cs", ".config", ".csproj", ".vbproj", ".svc", ".svcmap", ".wsdl" };

    private readonly string _root;
    private readonly FindingList _findings;
    private readonly List<string> _files = [];

    private SourceTree(string root, FindingList findings) => (_root, _findings) = (root, findings);

    /// <summary>The files, in a fixed order. What cannot be listed, or is too much, is a finding.</summary>
    public static IReadOnlyList<string> Files(string root, FindingList findings)
    {
        var tree = new SourceTree(root, findings);
        tree.Walk(new DirectoryInfo(root), 0);
        return tree._files;
    }

    private void Walk(DirectoryInfo directory, int depth)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = directory.GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unread(directory, e.Message);
            return;
        }

        // The packages folder of packages.config.
        if (depth > 0 && entries.Any(entry => entry.Extension.Equals(".nupkg", StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        foreach (var entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.LinkTarget is not null)
            {
                continue;
            }

            if (entry is DirectoryInfo inner)
            {
                if (IsPassed(inner))
                {
                    continue;
                }

                if (depth == MaxDepth)
                {
                    Unread(inner, $"It lies deeper than {MaxDepth} directories.");
                    continue;
                }

                Walk(inner, depth + 1);
            }
            else if (Extensions.Contains(entry.Extension) && !TryAdd(entry))
            {
                return;
            }
        }
    }

    private static bool IsPassed(DirectoryInfo directory) => Passed.Contains(directory.Name) || directory.Name.StartsWith('.');

    private bool TryAdd(FileSystemInfo file)
    {
        if (_files.Count >= MaxFiles)
        {
            if (_files.Count == MaxFiles)
            {
                _findings.Add(Verdict.Unreadable, _root, null, "directory",
                    $"It has more than {MaxFiles} files that could matter; the others were not read.", "Run the command for each project.");
                _files.Add(file.FullName);
            }

            return false;
        }

        _files.Add(file.FullName);
        return true;
    }

    private void Unread(DirectoryInfo directory, string reason) =>
        _findings.Add(Verdict.Unreadable, directory.FullName, null, "directory", reason, "Run the command for that directory alone.");
}
