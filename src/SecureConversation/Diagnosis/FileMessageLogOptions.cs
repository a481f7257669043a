using Microsoft.Extensions.Logging;

namespace SecureConversation.Diagnosis;

/// <summary>How a <see cref="FileMessageLog"/> writes.</summary>
public sealed class FileMessageLogOptions
{
    /// <summary>Size in bytes after which another file is begun; one message may go beyond it. Positive; default 64 MiB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value that is not positive.</exception>
    public long MaxFileBytes { get; init => field = Positive(value); } = 64 * 1024 * 1024;

    /// <summary>How many files the directory keeps; the oldest are deleted. Positive; default 16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value that is not positive.</exception>
    public int MaxFiles { get; init => field = (int)Positive(value); } = 16;

    /// <summary>
    /// How many bytes of messages wait to be written at most. What comes beyond is left out and counted. Positive; default 16 MiB.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value that is not positive.</exception>
    public long MaxQueuedBytes { get; init => field = Positive(value); } = 16 * 1024 * 1024;

    /// <summary>Where it is said that messages are left out; null (default) for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    private static long Positive(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        return value;
    }
}
