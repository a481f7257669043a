namespace SecureConversation.Cli.Tests;

/// <summary>A directory with files for one test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private static readonly EnumerationOptions All = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("secureconversation-tool-");

    public string FullName => _directory.FullName;

    public string Add(string name, string text)
    {
        var path = Path.Combine(FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string Add(string name, byte[] bytes)
    {
        var path = Path.Combine(FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Every file with its content and times, to see that nothing was written.</summary>
    public IReadOnlyList<string> State() =>
        [.. _directory.EnumerateFileSystemInfos("*", All).OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .Select(entry => $"{entry.FullName} {entry.LastWriteTimeUtc.Ticks} {(entry as FileInfo)?.Length}")];

    public void Dispose() => _directory.Delete(recursive: true);
}
