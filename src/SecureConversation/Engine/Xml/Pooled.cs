using System.Buffers;

namespace SecureConversation.Engine.Xml;

internal static class Pooled
{
    /// <summary>At least doubles a rented array and keeps its first <paramref name="used"/> elements.</summary>
    public static void Grow<T>(ref T[] array, int used, int atLeast = 0)
        where T : unmanaged
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(array.Length * 2, Math.Max(atLeast, 16)));
        array.AsSpan(0, used).CopyTo(larger);
        if (array.Length != 0)
        {
            ArrayPool<T>.Shared.Return(array);
        }

        array = larger;
    }
}
