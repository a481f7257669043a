using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

internal static class Pooled
{
    /// <summary>At least doubles a rented array and keeps its first <paramref name="used"/> elements.</summary>
    public static void Grow<T>(ref T[] array, int used, int atLeast = 0)
        where T : unmanaged
    {
        var larger = Buffers.Rent<T>(Math.Max(array.Length * 2, Math.Max(atLeast, 16)));
        array.AsSpan(0, used).CopyTo(larger);
        if (array.Length != 0)
        {
            Buffers.Return(array);
        }

        array = larger;
    }
}
