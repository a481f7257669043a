using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>What OpenTelemetry sees of a client and a service, over a socket.</summary>
public sealed class TelemetryTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";

    private static readonly ActivitySource Caller = new("SecureConversation.Http.Tests.Caller");

    [Fact]
    public async Task Call_IsOneTraceOfClientAndService()
    {
        var spans = new Spans();
        using var tracing = Tracing(spans);
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        string? session = null;
        service.Reply = dispatch =>
        {
            session = dispatch.Session!.Id;
            return Task.FromResult<byte[]?>(Messages.Envelope(service.Binding.MessageVersion, "<EchoResponse xmlns=\"urn:e\"/>", "urn:e/EchoResponse"));
        };
        ActivityTraceId trace;
        using (var call = Caller.StartActivity("call"))
        {
            trace = call!.TraceId;
            await client.CallAsync(Messages.Action, Echo);
            Assert.Same(call, Activity.Current);
        }

        var seen = await spans.OfAsync(trace, expected: 14);
        Activity One(string name, string role) => Assert.Single(seen, a => a.DisplayName == name && (string?)a.GetTagItem("secureconversation.role") == role);

        // The handshake of the client holds the HTTP request, which holds that of the server, which holds that of the service.
        var handshake = One("secureconversation.handshake", "client");
        var opened = One("secureconversation.handshake", "service");
        var http = Assert.Single(seen, a => a.Kind == ActivityKind.Client && a.ParentSpanId == handshake.SpanId);
        var server = Assert.Single(seen, a => a.Kind == ActivityKind.Server && a.ParentSpanId == http.SpanId);
        Assert.Equal(server.SpanId, opened.ParentSpanId);

        // Beside them are those of the call.
        var verified = Assert.Single(seen, a => a.DisplayName == "secureconversation.verify" && (string?)a.GetTagItem("secureconversation.role") == "service");
        Assert.Equal(ActivityKind.Server, Assert.Single(seen, a => a.SpanId == verified.ParentSpanId).Kind);
        Assert.Equal(Messages.Action, verified.GetTagItem("secureconversation.action"));
        Assert.Equal([session], seen.Select(a => a.GetTagItem("secureconversation.session.id")).Where(id => id is not null).Distinct());
        Assert.All(seen.Where(a => a.Source.Name == "SecureConversation"), a => Assert.All(a.TagObjects, t => Assert.Contains(t.Key, Tags)));
    }

    [Fact]
    public async Task Refusal_IsAnErrorWithItsCode()
    {
        var spans = new Spans();
        using var tracing = Tracing(spans);
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.CallAsync(Messages.Action, Echo);
        service.Restart();
        ActivityTraceId trace;
        using (var call = Caller.StartActivity("call"))
        {
            trace = call!.TraceId;
            await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        }

        var seen = await spans.OfAsync(trace, expected: 6);
        var refused = Assert.Single(seen, a => (string?)a.GetTagItem("error.type") == "UnknownContext");
        Assert.Equal((ActivityStatusCode.Error, "secureconversation.verify"), (refused.Status, refused.DisplayName));
    }

    /// <summary>Other tests count at the same time, so numbers are at least those of this one.</summary>
    [Fact]
    public async Task Metrics_CountWhatHappens()
    {
        var metrics = new List<Metric>();
        using var metering = Sdk.CreateMeterProviderBuilder().AddMeter("SecureConversation").AddInMemoryExporter(metrics).Build();
        await using var service = await TestService.StartAsync(Credential.Session());
        await using (var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding)))
        {
            await client.CallAsync(Messages.Action, Echo);
            metering.ForceFlush();
            Assert.True(Sum("secureconversation.active_sessions") >= 1);
            metrics.Clear();
            await client.CloseAsync();
            await client.CallAsync(Messages.Action, Echo);
            service.Restart();
            await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        }

        metering.ForceFlush();
        Assert.True(Sum("secureconversation.opened_sessions", "role", "client") >= 2);
        Assert.True(Sum("secureconversation.opened_sessions", "role", "service") >= 2);
        Assert.True(Sum("secureconversation.closed_sessions", "reason", "Cancelled") >= 1);
        Assert.True(Sum("secureconversation.closed_sessions", "reason", "ServiceStopped") >= 1);
        Assert.True(Sum("secureconversation.refused_messages", "code", "UnknownContext") >= 1);
        foreach (var role in new[] { "client", "service" })
        {
            Assert.True(Sum("secureconversation.secured_messages", "role", role) >= 4);
            Assert.True(Sum("secureconversation.verified_messages", "role", role) >= 4);
            Assert.True(Sum("secureconversation.secured_bytes", "role", role) >= 4000);
            Assert.True(Sum("secureconversation.verified_bytes", "role", role) >= 4000);
            Assert.True(Sum("secureconversation.handshake.duration", "role", role) >= 2);
            Assert.True(Sum("secureconversation.secure.duration", "role", role) >= 4);
            Assert.True(Sum("secureconversation.verify.duration", "role", role) >= 2);
        }

        // Nothing of a peer is a tag: a stranger could make as many series as he likes.
        var tags = metrics.SelectMany(Points).SelectMany(p => p.Tags).ToList();
        Assert.All(tags, tag => Assert.Contains(tag.Key, new[] { "role", "endpoint", "code", "reason", "error.type", "setting", "source" }));

        double Sum(string name, string? tag = null, string? value = null) => metrics.Where(m => m.Name == name).SelectMany(Points)
            .Where(p => tag is null || p.Tags.Contains(new(tag, value))).Select(p => p.Value).DefaultIfEmpty().Max();
    }

    private static readonly string[] Tags =
        ["secureconversation.role", "secureconversation.session.id", "secureconversation.action", "secureconversation.endpoint", "error.type"];

    private static TracerProvider Tracing(Spans spans) => Sdk.CreateTracerProviderBuilder()
        .AddSource("SecureConversation").AddSource(Caller.Name).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation()
        .AddInMemoryExporter(spans).Build();

    private static IEnumerable<(double Value, KeyValuePair<string, object?>[] Tags)> Points(Metric metric)
    {
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var tags = new List<KeyValuePair<string, object?>>();
            foreach (var tag in point.Tags)
            {
                tags.Add(tag);
            }

            var value = metric.MetricType switch
            {
                MetricType.Histogram => point.GetHistogramCount(),
                MetricType.LongGauge => point.GetGaugeLastValueLong(),
                MetricType.DoubleSum => point.GetSumDouble(),
                _ => point.GetSumLong(),
            };
            yield return (value, [.. tags]);
        }
    }

    /// <summary>What was exported, by all tests that run.</summary>
    private sealed class Spans : ICollection<Activity>
    {
        private readonly ConcurrentQueue<Activity> _all = new();

        public int Count => _all.Count;

        public bool IsReadOnly => false;

        /// <summary>The spans of one trace. The server ends its own after the client has the answer.</summary>
        public async Task<IReadOnlyList<Activity>> OfAsync(ActivityTraceId trace, int expected)
        {
            for (var i = 0; i < 100 && _all.Count(a => a.TraceId == trace) < expected; i++)
            {
                await Task.Delay(50);
            }

            return [.. _all.Where(a => a.TraceId == trace)];
        }

        public void Add(Activity item) => _all.Enqueue(item);

        public void Clear() => _all.Clear();

        public bool Contains(Activity item) => _all.Contains(item);

        public void CopyTo(Activity[] array, int arrayIndex) => _all.CopyTo(array, arrayIndex);

        public bool Remove(Activity item) => false;

        public IEnumerator<Activity> GetEnumerator() => _all.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
