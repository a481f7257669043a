using System.Buffers;
using System.Runtime.CompilerServices;

namespace SecureConversation.Shared;

/// <summary>
/// Buffers for messages. Small ones come from the shared pool. Larger ones have their exact size and are left to the garbage collector:
/// the pool would round them up to a power of two and keep some for each processor, long after the one message that needed them.
/// </summary>
internal static class Buffers
{
    /// <summary>Size in bytes of the largest buffer that the pool keeps.</summary>
    public const int MaxPooledBytes = 1024 * 1024;

    /// <summary>A buffer of at least that many elements, with unknown content. It goes back by <see cref="Return"/>.</summary>
    public static T[] Rent<T>(int length)
        where T : unmanaged =>
        IsPooled<T>(length) ? ArrayPool<T>.Shared.Rent(length) : GC.AllocateUninitializedArray<T>(length);

    /// <summary>Gives back a buffer of <see cref="Rent"/>. The caller has zeroed what was secret in it.</summary>
    public static void Return<T>(T[] buffer)
        where T : unmanaged
    {
        if (IsPooled<T>(buffer.Length))
        {
            ArrayPool<T>.Shared.Return(buffer);
        }
    }

    private static bool IsPooled<T>(int length) => (long)length * Unsafe.SizeOf<T>() <= MaxPooledBytes;
}
