using System.Buffers;
using System.Runtime.CompilerServices;

namespace SecureConversation.Shared;

/// <summary>
/// Buffers for messages. Small ones come from the shared pool. It would round up larger ones to a power of two and keep some for each
/// processor, long after the one message that needed them: those of octets are kept by <see cref="LargeBuffers"/>, and the others, which
/// only hostile messages need, are left to the garbage collector.
/// </summary>
internal static class Buffers
{
    /// <summary>Size in bytes of the largest buffer that the pool keeps.</summary>
    public const int MaxPooledBytes = 1024 * 1024;

    /// <summary>A buffer of at least that many elements, with unknown content. It goes back by <see cref="Return"/>.</summary>
    public static T[] Rent<T>(int length)
        where T : unmanaged =>
        IsPooled<T>(length) ? ArrayPool<T>.Shared.Rent(length)
        : typeof(T) == typeof(byte) && LargeBuffers.Shared.TryRent(length) is { } kept ? (T[])(object)kept
        : GC.AllocateUninitializedArray<T>(length);

    /// <summary>Gives back a buffer of <see cref="Rent"/>. The caller has zeroed what was secret in it.</summary>
    public static void Return<T>(T[] buffer)
        where T : unmanaged
    {
        if (IsPooled<T>(buffer.Length))
        {
            ArrayPool<T>.Shared.Return(buffer);
        }
        else if (buffer is byte[] large)
        {
            LargeBuffers.Shared.Keep(large);
        }
    }

    private static bool IsPooled<T>(int length) => (long)length * Unsafe.SizeOf<T>() <= MaxPooledBytes;
}
