namespace SecureConversation.Cli.Captures;

/// <summary>The formats, as the first bytes of a file show them.</summary>
internal enum CaptureFormat
{
    Unknown,
    Pcap,
    PcapNg,
    Zip,
    Har,
    MessageLog,
    MessageTrace,
    Http,
    Body,
    Multipart,
    Gzip,
}
