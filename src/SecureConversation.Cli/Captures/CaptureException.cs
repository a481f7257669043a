namespace SecureConversation.Cli.Captures;

/// <summary>A file that cannot be read at all, and why.</summary>
internal sealed class CaptureException : Exception
{
    public CaptureException(string message)
        : base(message)
    {
    }

    public CaptureException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
