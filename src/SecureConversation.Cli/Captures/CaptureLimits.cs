namespace SecureConversation.Cli.Captures;

/// <summary>What a capture may have. Captures come from strangers, so nothing in them decides how much memory or time they take.</summary>
internal static class CaptureLimits
{
    /// <summary>Bytes of a file of packets, which is read bit by bit.</summary>
    public const long MaxPacketFileBytes = 1L << 30;

    /// <summary>Bytes of any other file, which is read as a whole.</summary>
    public const int MaxFileBytes = 256 << 20;

    /// <summary>Bytes of one body, before and after content codings.</summary>
    public const int MaxBodyBytes = 64 << 20;

    /// <summary>Bytes of all bodies together.</summary>
    public const long MaxTotalBytes = 512L << 20;

    /// <summary>Bytes that come out of archives and content codings, whether they are kept or not.</summary>
    public const long MaxUnfoldedBytes = 2L << 30;

    /// <summary>
    /// How many times its size a compressed capture may have, beyond <see cref="UnfoldedAtOnce"/>. Captures of long conversations are
    /// compressed to a tenth or a fiftieth.
    /// </summary>
    public const int MaxRatio = 200;

    /// <summary>Bytes of a compressed capture that are read whatever its size is.</summary>
    public const long UnfoldedAtOnce = 64L << 20;

    public const int MaxMessages = 100_000;

    public const int MaxConnections = 10_000;

    public const int MaxNotes = 200;

    /// <summary>Kinds of what was passed over that are told apart.</summary>
    public const int MaxKinds = 50;

    public const int MaxJsonDepth = 64;

    public const int MaxZipEntries = 400_000;

    public const int MaxDirectoryFiles = 200_000;

    /// <summary>Bytes of the lines of header of one HTTP message.</summary>
    public const int MaxHeaderBytes = 64 << 10;

    public static string Mebibytes(long bytes) => $"{bytes >> 20} MiB";
}
