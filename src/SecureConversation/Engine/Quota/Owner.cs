using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;

namespace SecureConversation.Engine.Quota;

/// <summary>
/// Names those among whom something limited is shared: authenticated clients, and the addresses of others. The names are compared with
/// each other and nothing else.
/// </summary>
internal static class Owner
{
    /// <summary>Somebody who is not authenticated, by his address. Where the host knows no addresses, all of them are one.</summary>
    public static string OfStranger(IPAddress? address) => OfAddress(address) ?? "unknown";

    /// <summary>An authenticated client; null for an anonymous one.</summary>
    public static string? OfUser(ClaimsPrincipal user)
    {
        if (user.Identity is not ClaimsIdentity { IsAuthenticated: true } identity)
        {
            return null;
        }

        // Two certificates may carry the same name.
        var name = identity.FindFirst(ClaimTypes.Thumbprint)?.Value ?? identity.Name;
        return $"{identity.AuthenticationType} {name}";
    }

    /// <summary>An address; null when it is not known. One IPv6 client has a /64 network (RFC 6177), so it counts as a whole.</summary>
    public static string? OfAddress(IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.IsIPv4MappedToIPv6)
        {
            return address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : address.ToString();
        }

        Span<byte> octets = stackalloc byte[16];
        return address.TryWriteBytes(octets, out _) ? $"{BinaryPrimitives.ReadUInt64BigEndian(octets):x16}/64" : null;
    }
}
