using System.Diagnostics.Tracing;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// Counts allocations on the large-object heap. The runtime reports one for each 100 KB, and a large object has 85,000 bytes at least, so
/// that one that is made again and again is seen.
/// </summary>
internal sealed class LargeObjects : EventListener
{
    private const int AllocationTick = 10, GarbageCollection = 1;
    private const uint Large = 1;

    private long _count;

    /// <summary>How many of them an action makes.</summary>
    public static long During(Action action)
    {
        using var counter = new LargeObjects();
        action();

        // What the runtime reports arrives in order, and soon.
        Thread.Sleep(200);
        return Interlocked.Read(ref counter._count);
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Verbose, (EventKeywords)GarbageCollection);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // The amount, and then the kind: 0 for small objects, 1 for large ones.
        if (eventData.EventId == AllocationTick && eventData.Payload is [_, Large, ..])
        {
            Interlocked.Increment(ref _count);
        }
    }
}
