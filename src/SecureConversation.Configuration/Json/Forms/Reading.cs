using Microsoft.Extensions.Configuration;

namespace SecureConversation.Configuration.Json;

/// <summary>One pass over a section: gathers what is wrong with it, and which files it names.</summary>
/// <param name="basePath">Where relative paths begin.</param>
internal sealed class Reading(string basePath)
{
    private readonly List<string> _problems = [];
    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>The files that were read, or should have been.</summary>
    public IReadOnlyCollection<string> Files => _files;

    public bool HasProblems => _problems.Count > 0;

    public int ProblemCount => _problems.Count;

    /// <summary>Where relative paths begin.</summary>
    public string BasePath => basePath;

    /// <summary>A path of the configuration as a full path; remembered in <see cref="Files"/>.</summary>
    public string FullPath(string path)
    {
        var full = Path.GetFullPath(path, basePath);
        _files.Add(full);
        return full;
    }

    /// <summary>Adds what is wrong with a setting.</summary>
    public void Refuse(IConfigurationSection at, string problem) => Refuse(at.Path, problem);

    /// <summary>Adds what is wrong at a path.</summary>
    public void Refuse(string path, string problem) => _problems.Add(path.Length == 0 ? problem : $"{path}: {problem}");

    /// <summary>Adds that a value is not of the expected kind.</summary>
    public void Expected(IConfigurationSection at, string expected, string? hint = null) =>
        Refuse(at, $"found {Found(at)}, expected {expected}.{(hint is null ? "" : $" {hint}")}");

    /// <summary>Adds that something else was expected. A text is not repeated: it may be a secret, perhaps in the wrong place.</summary>
    public void ExpectedKeys(IConfigurationSection at, string expected) =>
        Refuse(at, $"found {(at.GetChildren().Any() ? "keys below it" : at.Value is { Length: > 0 } ? "a text" : "nothing")}, "
            + $"expected {expected}.");

    /// <exception cref="SettingsException">Something is wrong.</exception>
    public void ThrowIfProblems()
    {
        if (HasProblems)
        {
            throw new SettingsException(_problems) { CertificateFiles = Files };
        }
    }

    private static string Found(IConfigurationSection section) =>
        section.GetChildren().Any() ? "keys below it" : section.Value is { Length: > 0 } value ? $"'{Short(value)}'" : "nothing";

    private static string Short(string value) => value.Length <= 60 ? value : $"{value[..60]}...";
}
