namespace SecureConversation.Cli;

/// <summary>Exit codes of all commands.</summary>
internal static class ExitCode
{
    /// <summary>All of it works.</summary>
    public const int Success = 0;

    /// <summary>Something is not offered, or a file of a project could not be read.</summary>
    public const int NotOffered = 1;

    /// <summary>The command line is wrong, what it names cannot be read or written, or the command could not finish.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl+C ended it, as shells have it: 128 and the number of the signal.</summary>
    public const int Interrupted = 130;
}
