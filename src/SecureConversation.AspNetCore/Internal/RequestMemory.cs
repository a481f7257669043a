namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// The bytes of requests that an endpoint holds at a time. Nothing is known of the senders, so their number alone must not make the process
/// run out of memory. The beginning of each request does not count: small ones pass while large ones have to wait.
/// </summary>
/// <param name="limit">The most bytes beyond the beginnings.</param>
internal sealed class RequestMemory(long limit)
{
    /// <summary>Bytes of each request that do not count.</summary>
    public const int Uncounted = 64 * 1024;

    private long _taken;

    /// <summary>A fourth of what the process may use: the engine holds a large message two or three times.</summary>
    public static long Default => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Takes bytes; false when they would exceed the limit.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= limit)
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
