using System.Buffers.Binary;

namespace SecureConversation.Engine.Negotiation.Tls;

/// <summary>The frame of TLS records (RFC 5246 section 6.2.1): type, version, length, content.</summary>
internal static class TlsRecords
{
    private const int HeaderBytes = 5;
    private const byte ApplicationData = 23;
    private const byte Major = 3;

    /// <summary>
    /// Whether the octets are whole records of application data. A service sends a wrapped key as one; some libraries put an empty one
    /// before it in TLS 1.0.
    /// </summary>
    /// <param name="octets">The octets.</param>
    /// <param name="most">How many records there may be.</param>
    public static bool AreApplicationData(ReadOnlySpan<byte> octets, int most)
    {
        for (var count = 0; !octets.IsEmpty; count++)
        {
            if (count == most || octets.Length < HeaderBytes || octets[0] != ApplicationData || octets[1] != Major)
            {
                return false;
            }

            var end = HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(octets[3..]);
            if (end > octets.Length)
            {
                return false;
            }

            octets = octets[end..];
            if (octets.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }
}
