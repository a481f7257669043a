using System.Diagnostics.Metrics;

namespace Farm;

/// <summary>What the client's own meter says of its sessions. The services are other processes.</summary>
internal sealed class SessionMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _opened;
    private long _renewed;

    public SessionMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is "secureconversation.opened_sessions" or "secureconversation.renewed_sessions")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) =>
            Interlocked.Add(ref (instrument.Name == "secureconversation.opened_sessions" ? ref _opened : ref _renewed), count));
        _listener.Start();
    }

    public long Opened => Interlocked.Read(ref _opened);

    public long Renewed => Interlocked.Read(ref _renewed);

    public void Dispose() => _listener.Dispose();
}
