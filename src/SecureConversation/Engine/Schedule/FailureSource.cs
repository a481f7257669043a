using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace SecureConversation.Engine.Schedule;

/// <summary>What kind of thing failures are counted by.</summary>
internal enum FailureSourceKind
{
    Context,
    WrappedKey,
    Address,

    /// <summary>All sources together that found no place of their own.</summary>
    Others,
}

/// <summary>What failures are counted by: what a decryption oracle is about (a key), or who asks it (an address).</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Key">128 bits that stand for it, so that a source costs the same memory whatever its name is.</param>
internal readonly record struct FailureSource(FailureSourceKind Kind, UInt128 Key)
{
    public static FailureSource Others => new(FailureSourceKind.Others, 0);

    public static FailureSource OfContext(string id) => new(FailureSourceKind.Context, Hash(Encoding.UTF8.GetBytes(id)));

    /// <param name="hash">A hash of the cipher value of the EncryptedKey, which is public.</param>
    public static FailureSource OfWrappedKey(ReadOnlySpan<byte> hash) => new(FailureSourceKind.WrappedKey, Hash(hash));

    /// <summary>IPv4 as it is; of IPv6 the first 64 bits, since whoever has one address has all of them (RFC 6177).</summary>
    public static FailureSource OfAddress(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        (address.AddressFamily == AddressFamily.InterNetworkV6 ? address : address.MapToIPv6()).TryWriteBytes(octets, out _);
        if (!IsIPv4(address))
        {
            octets[8..].Clear();
        }

        return new(FailureSourceKind.Address, BinaryPrimitives.ReadUInt128BigEndian(octets));
    }

    /// <summary>The name of the address for the log.</summary>
    public static string NameOf(IPAddress address)
    {
        if (IsIPv4(address))
        {
            return address.MapToIPv4().ToString();
        }

        var octets = address.GetAddressBytes();
        octets.AsSpan(8).Clear();
        return $"{new IPAddress(octets)}/64";
    }

    private static bool IsIPv4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;

    private static UInt128 Hash(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
