namespace SecureConversation.Cli;

/// <summary>Exit codes of all commands.</summary>
internal static class ExitCode
{
    /// <summary>All of it works.</summary>
    public const int Success = 0;

    /// <summary>Something is not offered, or a file of a project could not be read.</summary>
    public const int NotOffered = 1;

    /// <summary>The command line is wrong, or what it names cannot be read.</summary>
    public const int Usage = 2;
}
