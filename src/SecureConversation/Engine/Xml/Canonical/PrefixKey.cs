using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Xml;

/// <summary>A number for a prefix: length and bytes of a prefix of up to seven bytes, a keyed hash of a longer one.</summary>
internal static class PrefixKey
{
    /// <summary>Up to this length in bytes, prefixes are equal if their keys are equal.</summary>
    public const int MaxExactLength = 7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> document, int start, int length)
    {
        if (length == 0)
        {
            return 0;
        }

        if (length > MaxExactLength)
        {
            return Hash(document.Slice(start, length));
        }

        ulong bytes;
        if (BitConverter.IsLittleEndian && start <= document.Length - 8)
        {
            bytes = MemoryMarshal.Read<ulong>(document[start..]);
        }
        else
        {
            bytes = 0;
            for (var i = length - 1; i >= 0; i--)
            {
                bytes = (bytes << 8) | document[start + i];
            }
        }

        return (bytes & ((1UL << (8 * length)) - 1)) | ((ulong)length << 56);
    }

    private static ulong Hash(ReadOnlySpan<byte> prefix) => (0xFFUL << 56) | KeyedHash.Of(prefix);
}
