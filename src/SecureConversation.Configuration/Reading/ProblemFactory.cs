using System.Collections.Immutable;

namespace SecureConversation.Configuration;

/// <summary>Makes exceptions of problems.</summary>
internal static class ProblemFactory
{
    public static ServiceModelConfigurationException Exception(
        ConfigurationLocation location, string path, string reason, string remedy, Exception? inner = null) =>
        new([new() { Location = location, Path = path, Reason = reason, Remedy = remedy }], inner);

    /// <summary>Throws where a problem is an error; notes do not throw.</summary>
    public static void ThrowIfAny(ImmutableArray<ConfigurationProblem> problems)
    {
        var errors = problems.Where(problem => problem.Severity == ConfigurationProblemSeverity.Error).ToImmutableArray();
        if (!errors.IsEmpty)
        {
            throw new ServiceModelConfigurationException(errors, inner: null);
        }
    }
}
