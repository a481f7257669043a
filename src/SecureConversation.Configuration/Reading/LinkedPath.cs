namespace SecureConversation.Configuration.Reading;

/// <summary>Paths as they are behind links.</summary>
internal static class LinkedPath
{
    // As many as the kernel of Linux follows.
    private const int MaxLinks = 40;

    /// <summary>Whether a path leads to a place below a directory, also behind its links.</summary>
    /// <param name="directory">A full path.</param>
    /// <param name="path">A full path.</param>
    public static bool IsBelow(string directory, string path) => IsBelowAsWritten(directory, path)
        && TryResolve(directory, MaxLinks) is { } realDirectory
        && TryResolve(path, MaxLinks) is { } realPath
        && IsBelowAsWritten(realDirectory, realPath);

    private static bool IsBelowAsWritten(string directory, string path) =>
        path.StartsWith(directory.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Null where links lead round in a circle or cannot be read.
    private static string? TryResolve(string path, int links)
    {
        try
        {
            var current = Path.GetPathRoot(path)!;
            foreach (var part in path[current.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
            {
                current = Path.Combine(current, part);
                if (File.ResolveLinkTarget(current, returnFinalTarget: false) is { } target)
                {
                    if (links == 0 || TryResolve(Path.GetFullPath(target.FullName), --links) is not { } real)
                    {
                        return null;
                    }

                    current = real;
                }
            }

            return current;
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // What does not exist is refused, in words of its own, where it is read.
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
