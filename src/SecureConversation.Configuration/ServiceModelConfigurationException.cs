using System.Collections.Immutable;

namespace SecureConversation.Configuration;

/// <summary>A configuration file cannot be read, or something is used that has problems.</summary>
public sealed class ServiceModelConfigurationException : Exception
{
    /// <summary>Creates the exception of one or more problems; the message has a line for each.</summary>
    public ServiceModelConfigurationException(IEnumerable<ConfigurationProblem> problems)
        : this([.. problems ?? throw new ArgumentNullException(nameof(problems))], inner: null)
    {
    }

    internal ServiceModelConfigurationException(ImmutableArray<ConfigurationProblem> problems, Exception? inner)
        : base(string.Join(Environment.NewLine, problems), inner) => Problems = problems;

    /// <summary>The problems, in the order of the file.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; }
}
