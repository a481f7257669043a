using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Shared;
using SecureConversation.Testing;

namespace SecureConversation.Tests.State;

/// <summary>A flood of refused messages neither fills the log nor hides in it.</summary>
public sealed class RefusalLogTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly RecordedLog _log = new();
    private readonly RefusalLog _refusals;

    public RefusalLogTests() => _refusals = new RefusalLog(_log.CreateLogger("SecureConversation.Service"), _clock, EngineTelemetry.OfClient);

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Flood_GetsALimitedNumberOfLinesAndThenItsNumber()
    {
        for (var i = 0; i < 1000; i++)
        {
            _refusals.Write(new(FailureCode.SignatureMismatch));
        }

        Assert.Equal(LogLimit.EntriesPerSecond, _log.Entries.Count);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _refusals.Write(new(FailureCode.SignatureMismatch));
        Assert.Equal(["990 more messages were refused within a second: SignatureMismatch.", $"Message refused: SignatureMismatch. See {FailureText.LinkTo(FailureCode.SignatureMismatch)}"],
            _log.Entries.Skip(LogLimit.EntriesPerSecond).Select(e => e.Text));
    }

    [Fact]
    public void OtherFailures_AreLoggedBesideAFlood()
    {
        for (var i = 0; i < 1000; i++)
        {
            _refusals.Write(new(FailureCode.SignatureMismatch));
        }

        _refusals.Write(new(FailureCode.Replayed));
        Assert.Contains("Replayed", _log.Entries.Last().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Limit_IsAWarningThatNamesTheSetting()
    {
        _refusals.Write(new(FailureCode.ServiceTooBusy) { Detail = "MaxPendingSessions" });
        Assert.Equal((LogLevel.Warning, 7, $"Message refused: ServiceTooBusy, because MaxPendingSessions is used up. See {FailureText.LinkTo(FailureCode.ServiceTooBusy)}"),
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
                if (instrument.Meter.Name == "SecureConversation")
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
            _refusals.Write(new(FailureCode.ServiceTooBusy) { Detail = "a setting of this test" });
        }

        Assert.Equal(100, counted["secureconversation.limits_reached"]);
    }
}
