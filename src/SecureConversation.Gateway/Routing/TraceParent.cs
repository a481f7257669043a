using System.Diagnostics;

namespace SecureConversation.Gateway.Routing;

/// <summary>
/// Takes and passes on the trace that a call belongs to (W3C Trace Context section 3.2), and nothing else: what senders add to it,
/// tracestate
/// and baggage, would get past the lists of headers.
/// </summary>
internal sealed class TraceParent : DistributedContextPropagator
{
    private const string Name = "traceparent";

    private static readonly DistributedContextPropagator Inner = CreateW3CPropagator();

    public static TraceParent Instance { get; } = new();

    public override IReadOnlyCollection<string> Fields { get; } = [Name];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
        Inner.Inject(activity, carrier, setter is null ? null : (to, name, value) =>
        {
            if (name == Name)
            {
                setter(to, name, value);
            }
        });

    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        Inner.ExtractTraceIdAndState(carrier, getter, out traceId, out _);
        traceState = null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
