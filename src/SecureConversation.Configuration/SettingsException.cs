using System.Collections.Immutable;

namespace SecureConversation.Configuration;

/// <summary>
/// A section of a configuration has settings that cannot be used. Names all of them, each with its path in the configuration, what was
/// found, what was expected and what to do.
/// </summary>
public sealed class SettingsException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="problems">One sentence or more for each setting; at least one.</param>
    public SettingsException(IEnumerable<string> problems)
        : this([.. problems ?? throw new ArgumentNullException(nameof(problems))])
    {
    }

    private SettingsException(ImmutableArray<string> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>
    /// Full paths of the files of certificates that were read, or could not be. Whoever waits for a remedy watches them as well.
    /// </summary>
    public IReadOnlyCollection<string> CertificateFiles { get; init; } = [];

    /// <summary>One text for each setting.</summary>
    public ImmutableArray<string> Problems { get; }
}
