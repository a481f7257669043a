using System.Text;
using SecureConversation.Cli.Captures.Http;
using SecureConversation.Cli.Captures.Packets;

namespace SecureConversation.Cli.Captures;

/// <summary>Reads a capture of any format. The content says which one it is, not the name.</summary>
internal static class CaptureReader
{
    /// <summary>As many bytes show what a file is.</summary>
    public const int HeadBytes = 4096;

    private const string StandardInput = "-";

    /// <summary>Reads a file, a directory, or with "-" the standard input.</summary>
    /// <param name="path">Which one.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="CaptureException">It is nothing that can be read.</exception>
    public static Task<Capture> ReadAsync(string path, CancellationToken cancellation) =>
        Task.Run(() => Read(path, cancellation), cancellation);

    private static Capture Read(string path, CancellationToken cancellation)
    {
        try
        {
            if (path == StandardInput)
            {
                using var standard = Console.OpenStandardInput();
                return ReadUnknown("standard input", standard, cancellation);
            }

            if (Directory.Exists(path))
            {
                return DirectoryReader.Read(path, cancellation);
            }

            using var input = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ReadUnknown(path, input, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CaptureException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>What a file is, by its first bytes.</summary>
    public static CaptureFormat FormatOf(ReadOnlySpan<byte> head)
    {
        if (PcapNgFile.IsStart(head))
        {
            return CaptureFormat.PcapNg;
        }

        if (PcapFile.IsStart(head))
        {
            return CaptureFormat.Pcap;
        }

        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8))
        {
            return CaptureFormat.Zip;
        }

        return head is [0x1F, 0x8B, 0x08, ..] ? CaptureFormat.Gzip : HttpParser.IsStart(head) ? CaptureFormat.Http : FormatOfText(head);
    }

    /// <summary>Reads a stream whose format is known.</summary>
    /// <exception cref="CaptureException">It is not what it seemed.</exception>
    public static Capture Read(string name, CaptureFormat format, Stream input, CancellationToken cancellation) => format switch
    {
        CaptureFormat.Pcap => PacketCapture.Read(name, "pcap", PcapFile.Read(input), cancellation),
        CaptureFormat.PcapNg => PacketCapture.Read(name, "pcapng", PcapNgFile.Read(input), cancellation),
        CaptureFormat.Zip => SazReader.Read(name, ReadAll(name, input), cancellation),
        CaptureFormat.Har => HarReader.Read(name, ReadAll(name, input), cancellation),
        CaptureFormat.MessageLog => MessageLogReader.Read(name, ReadAll(name, input), cancellation),
        CaptureFormat.MessageTrace => MessageTraceReader.Read(name, ReadAll(name, input), cancellation),
        CaptureFormat.Http => RawReader.ReadHttp(name, ReadAll(name, input)),
        CaptureFormat.Body => RawReader.Read(name, ReadAll(name, input)),
        CaptureFormat.Gzip => ReadCompressed(name, input, cancellation),
        CaptureFormat.Multipart => RawReader.Read(name, ReadAll(name, input), "multipart/related"),
        _ => throw new CaptureException($"{name} is none of: HAR, Fiddler SAZ, pcap, pcapng, WCF message log (.svclog), "
            + "message log of this library, message of HTTP, SOAP envelope."),
    };

    /// <summary>All of a file that is read as a whole.</summary>
    /// <exception cref="CaptureException">It is too long.</exception>
    public static byte[] ReadAll(string name, Stream input) => LimitedReading.TryReadAll(input, CaptureLimits.MaxFileBytes)
        ?? throw new CaptureException($"{name} has more than {CaptureLimits.Mebibytes(CaptureLimits.MaxFileBytes)}; "
            + "only files of packets may have more.");

    private static Capture ReadUnknown(string name, Stream input, CancellationToken cancellation, bool isInner = false)
    {
        var head = new byte[HeadBytes];
        var count = input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (count == 0)
        {
            throw new CaptureException($"{name} is empty.");
        }

        var format = FormatOf(head.AsSpan(0, count));
        if (format == CaptureFormat.Gzip && isInner)
        {
            throw new CaptureException($"{name} is compressed more than once.");
        }

        using var whole = new HeadedStream(head.AsMemory(0, count), input);
        return Read(name, format, whole, cancellation);
    }

    private static Capture ReadCompressed(string name, Stream input, CancellationToken cancellation)
    {
        using var plain = new UnfoldingStream(input);
        try
        {
            return ReadUnknown(name, plain, cancellation, isInner: true);
        }
        catch (InvalidDataException e)
        {
            throw new CaptureException($"{name} is compressed and broken: {e.Message}", e);
        }
    }

    private static CaptureFormat FormatOfText(ReadOnlySpan<byte> head)
    {
        if (EntityKind.BeginsAsXml(head))
        {
            // UTF-16 has a zero between the letters.
            var text = Encoding.Latin1.GetString(head).Replace("\0", "", StringComparison.Ordinal);
            return text.Contains("<E2ETraceEvent", StringComparison.Ordinal)
                || text.Contains("<MessageLogTraceRecord", StringComparison.Ordinal)
                ? CaptureFormat.MessageTrace : CaptureFormat.Body;
        }

        var trimmed = (head.StartsWith(Encoding.UTF8.Preamble) ? head[3..] : head).TrimStart(" \t\r\n"u8);
        if (trimmed.StartsWith("{"u8))
        {
            return trimmed.StartsWith("{\"instant\":"u8) ? CaptureFormat.MessageLog : CaptureFormat.Har;
        }

        return trimmed.StartsWith("--"u8) || trimmed.StartsWith("MIME-Version:"u8) ? CaptureFormat.Multipart : CaptureFormat.Unknown;
    }
}
