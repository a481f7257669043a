using System.Net;
using System.Net.Sockets;

namespace SecureConversation.Shared;

/// <summary>
/// What counts as one sender, and what as one network, among whom something limited is shared. One IPv6 client has a network of 64 bits and
/// a site one of 48 (RFC 6177), so whoever has one address has all of those. IPv4 addresses are scarce: each is both, and also where it
/// comes inside an IPv6 address, as a translator or the socket writes it.
/// </summary>
internal static class SenderAddress
{
    public const int SenderBits = 64;
    public const int NetworkBits = 48;

    /// <summary>NAT64 (RFC 6052 section 2.1), IPv4-translated (RFC 2765 section 2.1) and IPv4-mapped (RFC 4291 section 2.5.5.2).</summary>
    private static readonly byte[][] PrefixesOfIPv4 =
    [
        [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF],
    ];

    /// <summary>The sender: an IPv4 address, or the first 64 bits of an IPv6 one.</summary>
    public static string NameOf(IPAddress address) => NameOf(address, SenderBits);

    /// <summary>The network of the sender: an IPv4 address, or the first 48 bits of an IPv6 one.</summary>
    public static string NetworkOf(IPAddress address) => NameOf(address, NetworkBits);

    public static bool IsIPv4(IPAddress address) => IPv4Of(address) is not null;

    private static IPAddress? IPv4Of(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address;
        }

        var octets = address.GetAddressBytes();
        return Array.Exists(PrefixesOfIPv4, prefix => octets.AsSpan().StartsWith(prefix)) ? new IPAddress(octets.AsSpan(12)) : null;
    }

    private static string NameOf(IPAddress address, int bits)
    {
        if (IPv4Of(address) is { } embedded)
        {
            return embedded.ToString();
        }

        var octets = address.GetAddressBytes();
        octets.AsSpan(Math.Min(octets.Length, bits / 8)).Clear();
        return $"{new IPAddress(octets)}/{bits}";
    }
}
