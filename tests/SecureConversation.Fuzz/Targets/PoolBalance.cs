using System.Diagnostics.Tracing;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// Counts the buffers that this thread takes from the shared pools and gives back, by the events of the pools. What is taken for a
/// message has to be back when its result is disposed of.
/// </summary>
internal sealed class PoolBalance : EventListener
{
    private const int Rented = 1;
    private const int Returned = 3;

    private static readonly PoolBalance Instance = new();

    [ThreadStatic]
    private static Dictionary<(object? Buffer, object? Pool), string>? _open;

    [ThreadStatic]
    private static bool _isTraced;

    /// <summary>Runs the action, once more where something stays open, to see where it was taken.</summary>
    /// <exception cref="FuzzFindingException">Buffers were not given back.</exception>
    public static void RequireEven(Action action)
    {
        // Listening from the first measurement on.
        GC.KeepAlive(Instance);
        if (Measure(action).Count > 0 && Measure(action, isTraced: true) is { Count: > 0 } open)
        {
            throw new FuzzFindingException($"{open.Count} buffers were not given back:\n{string.Join('\n', open)}");
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
        {
            EnableEvents(eventSource, EventLevel.Verbose);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_open is not { } open || eventData.Payload is not { Count: > 2 } payload)
        {
            return;
        }

        if (eventData.EventId == Rented)
        {
            open[(payload[0], payload[2])] = _isTraced ? Environment.StackTrace : "";
        }
        else if (eventData.EventId == Returned)
        {
            open.Remove((payload[0], payload[2]));
        }
    }

    private static List<string> Measure(Action action, bool isTraced = false)
    {
        var open = _open = [];
        _isTraced = isTraced;
        try
        {
            action();
        }
        finally
        {
            _open = null;
        }

        return [.. open.Values];
    }
}
