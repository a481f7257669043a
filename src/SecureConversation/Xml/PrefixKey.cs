using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SecureConversation.Xml;

/// <summary>Up to seven bytes of a prefix with its length: the whole of most prefixes in one comparison.</summary>
internal static class PrefixKey
{
    private const int Bytes = 7;

    /// <summary>Prefixes of this length are equal when their keys are.</summary>
    public const int MaxExactLength = Bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> document, int start, int length)
    {
        if (length == 0)
        {
            return 0;
        }
        int kept = Math.Min(length, Bytes);
        ulong bytes;
        if (BitConverter.IsLittleEndian && start <= document.Length - 8)
        {
            bytes = MemoryMarshal.Read<ulong>(document[start..]);
        }
        else
        {
            bytes = 0;
            for (int i = kept - 1; i >= 0; i--)
            {
                bytes = (bytes << 8) | document[start + i];
            }
        }
        return (bytes & ((1UL << (8 * kept)) - 1)) | ((ulong)Math.Min(length, 255) << 56);
    }
}
