using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Schedule;

/// <summary>What kind of thing failures are counted by.</summary>
internal enum FailureSourceKind
{
    Context,
    WrappedKey,
    Address,

    /// <summary>The site that an IPv6 address belongs to.</summary>
    Network,

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

    /// <summary>IPv4 as it is; of IPv6 the first 64 bits.</summary>
    public static FailureSource OfAddress(IPAddress address) => Of(FailureSourceKind.Address, address, SenderAddress.SenderBits);

    /// <summary>The first 48 bits of an IPv6 address; null for IPv4.</summary>
    public static FailureSource? OfNetwork(IPAddress address) =>
        SenderAddress.IsIPv4(address) ? null : Of(FailureSourceKind.Network, address, SenderAddress.NetworkBits);

    private static FailureSource Of(FailureSourceKind kind, IPAddress address, int bits)
    {
        Span<byte> octets = stackalloc byte[16];
        (address.AddressFamily == AddressFamily.InterNetworkV6 ? address : address.MapToIPv6()).TryWriteBytes(octets, out _);
        if (!SenderAddress.IsIPv4(address))
        {
            octets[(bits / 8)..].Clear();
        }

        return new(kind, BinaryPrimitives.ReadUInt128BigEndian(octets));
    }

    private static UInt128 Hash(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
