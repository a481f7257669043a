namespace SecureConversation.Cli.Listening;

/// <summary>Makes files that nobody but the user can read.</summary>
internal static class PrivateFile
{
    /// <summary>Writes a file in place of one that may be there. It is there whole or not at all.</summary>
    /// <param name="path">Where it will be. A link there is replaced, and not followed.</param>
    /// <param name="write">Writes it.</param>
    public static void Replace(string path, Action<Stream> write)
    {
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}");
        try
        {
            using (var file = Create(beside))
            {
                write(file);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <exception cref="IOException">There is such a file already.</exception>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
