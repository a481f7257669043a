using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>Limits that are reached stand in the log, and are counted.</summary>
public sealed class RefusalLogTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly RecordedLog _log = RecordedLog.Current;
    private readonly RefusalLog _refusals;

    public RefusalLogTests() => _refusals = new RefusalLog(_log.CreateLogger("SecureConversation.Service"), _clock);

    public void Dispose() => _refusals.Dispose();

    [Fact]
    public void Limit_IsAWarningThatNamesTheSetting()
    {
        _refusals.Write(FailureCode.ServiceTooBusy, "MaxPendingSessions");
        Assert.Equal((LogLevel.Warning, 7, "Message refused: ServiceTooBusy, because MaxPendingSessions is used up."),
            _log.Entries.Select(e => (e.Level, e.Id, e.Text)).Single());
    }

    [Fact]
    public void Refusals_AreCountedAllOfThem()
    {
        var counted = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument == EngineMetrics.LimitsReached)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        // Other tests refuse messages at the same time, but for no setting of this name.
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Value as string == "a setting of this test")
                {
                    counted[instrument.Name] = counted.GetValueOrDefault(instrument.Name) + value;
                }
            }
        });
        listener.Start();
        for (var i = 0; i < 100; i++)
        {
            _refusals.Write(FailureCode.ServiceTooBusy, "a setting of this test");
        }

        Assert.Equal(100, counted[EngineMetrics.LimitsReached.Name]);
    }
}
