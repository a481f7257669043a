namespace SecureConversation.Cli.Migration;

/// <summary>Looks through a directory and writes nothing.</summary>
internal static class Migrator
{
    /// <summary>Reads all files of the directory that may say something.</summary>
    /// <param name="directory">The directory in full.</param>
    public static MigrationReport Look(string directory)
    {
        var findings = new FindingList(directory);
        var projects = new List<ProjectFile>();
        var sources = new SourceTurn(SourceFiles.Read, SourceTurn.Limit);
        var read = 0;
        foreach (var path in SourceTree.Files(directory, findings))
        {
            try
            {
                var length = new FileInfo(path).Length;
                if (length == 0)
                {
                    // Pipes and devices have no length either, and reading them may never end. Empty sources are common.
                    if (!path.EndsWith(".cs", StringComparison.OrdinalIgnoreCase))
                    {
                        findings.Add(Verdict.Unreadable, path, null, "file", "It is empty, or no file.", "Look at it by hand.");
                    }

                    continue;
                }

                if (length > SourceTree.MaxFileBytes)
                {
                    findings.Add(Verdict.Unreadable, path, null, "file", $"It is larger than {SourceTree.MaxFileBytes / 1024 / 1024} MiB.",
                        "Look at it by hand.");
                    continue;
                }

                if (Read(path, findings, projects, sources))
                {
                    read++;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException
                or System.Xml.XmlException or System.Text.RegularExpressions.RegexMatchTimeoutException)
            {
                var line = (e as System.Xml.XmlException)?.LineNumber;
                findings.Add(Verdict.Unreadable, path, line, "file", e.Message, "Look at it by hand.");
            }
        }

        return new MigrationReport { Directory = directory, Projects = projects, Findings = findings.InOrder(), FilesRead = read };
    }

    private static bool Read(string path, FindingList findings, List<ProjectFile> projects, SourceTurn sources)
    {
        var name = Path.GetFileName(path);
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".CS":
                sources.Read(path, findings);
                return true;
            case ".CSPROJ" or ".VBPROJ":
                projects.Add(ProjectFiles.Read(path, findings));
                return true;
            case ".CONFIG" when name.Equals("packages.config", StringComparison.OrdinalIgnoreCase):
                ProjectFiles.ReadPackages(path, findings);
                return true;
            case ".CONFIG":
                return ConfigFiles.Read(path, findings);
            case ".SVC":
                ServiceFiles.ReadService(path, findings);
                return true;
            case ".SVCMAP":
                ServiceFiles.ReadReference(path, findings);
                return true;
            case ".WSDL":
                WsdlFiles.Read(path, findings);
                return true;
            default:
                return false;
        }
    }
}
