namespace SecureConversation.Cli.Captures.Packets;

/// <summary>A packet as a file of packets has it.</summary>
/// <param name="LinkType">The number of the link type, as tcpdump.org lists them.</param>
/// <param name="Instant">When it was seen; null where the file does not say.</param>
/// <param name="Bytes">What was recorded of it.</param>
internal readonly record struct RecordedPacket(int LinkType, DateTimeOffset? Instant, byte[] Bytes);
