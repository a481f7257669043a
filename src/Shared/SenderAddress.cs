using System.Net;
using System.Net.Sockets;

namespace SecureConversation.Shared;

/// <summary>
/// What counts as one sender, and what as one network, among whom something limited is shared. One IPv6 client has a network of 64 bits and
/// a site one of 48 (RFC 6177), so whoever has one address has all of those. IPv4 addresses are scarce: each is both.
/// </summary>
internal static class SenderAddress
{
    public const int SenderBits = 64;
    public const int NetworkBits = 48;

    /// <summary>The sender: an IPv4 address, or the first 64 bits of an IPv6 one.</summary>
    public static string NameOf(IPAddress address) => NameOf(address, SenderBits);

    /// <summary>The network of the sender: an IPv4 address, or the first 48 bits of an IPv6 one.</summary>
    public static string NetworkOf(IPAddress address) => NameOf(address, NetworkBits);

    public static bool IsIPv4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;

    private static string NameOf(IPAddress address, int bits)
    {
        if (IsIPv4(address))
        {
            return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        }

        var octets = address.GetAddressBytes();
        octets.AsSpan(Math.Min(octets.Length, bits / 8)).Clear();
        return $"{new IPAddress(octets)}/{bits}";
    }
}
