using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Counts, measures and traces what one client or service does. Nobody who listens costs a comparison each. Tags are "role" (client or
/// service), "endpoint" where the application gave it a name, and "error.type" (the name of the FailureCode) where something failed; a span
/// may also have the session and the action. No tag has a secret.
/// </summary>
/// <param name="Role">client or service.</param>
/// <param name="Endpoint">The name that the application gave the endpoint; null for none.</param>
internal sealed record EngineTelemetry(string Role, string? Endpoint = null)
{
    /// <summary>Spans: secureconversation.handshake, .secure and .verify.</summary>
    private static readonly ActivitySource Spans = new(EngineMetrics.Name);

    public static readonly EngineTelemetry OfClient = new("client");

    /// <summary>Begins to protect a message.</summary>
    /// <param name="session">The session that it belongs to; null outside sessions.</param>
    public Operation Secure(string? session)
    {
        var operation = Begin("secureconversation.secure", EngineMetrics.SecureDuration);
        operation.Session(session);
        return operation;
    }

    /// <summary>Begins to verify a message.</summary>
    public Operation Verify() => Begin("secureconversation.verify", EngineMetrics.VerifyDuration);

    /// <summary>Begins to open a session.</summary>
    public Operation Handshake() => Begin("secureconversation.handshake", EngineMetrics.HandshakeDuration);

    public void Refused(FailureCode code)
    {
        if (EngineMetrics.RefusedMessages.Enabled)
        {
            EngineMetrics.RefusedMessages.Add(1, Tags(new("code", code.ToString())));
        }
    }

    public void Opened() => Count(EngineMetrics.OpenedSessions);

    public void Renewed() => Count(EngineMetrics.RenewedSessions);

    /// <summary>Counts a session that ended.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="isExpired">Whether its key had expired.</param>
    public void Closed(SessionCloseReason reason, bool isExpired)
    {
        EngineMetrics.ClosedSessions.Add(1, Tags(new("reason", reason.ToString())));
        if (isExpired)
        {
            Count(EngineMetrics.ExpiredSessions);
        }
    }

    public void SequenceOpened() => Count(EngineMetrics.OpenedSequences);

    public void SequenceEnded(string reason) => Count(EngineMetrics.EndedSequences, reason);

    public void ReplyRepeated() => Count(EngineMetrics.RepeatedReplies);

    public void RequestRepeated() => Count(EngineMetrics.RepeatedRequests);

    public void MessageDropped(string reason) => Count(EngineMetrics.DroppedMessages, reason);

    private Operation Begin(string name, Histogram<double> duration)
    {
        var span = Spans.HasListeners() ? Spans.StartActivity(name) : null;
        span?.SetTag("secureconversation.role", Role);
        if (Endpoint is not null)
        {
            span?.SetTag("secureconversation.endpoint", Endpoint);
        }

        // What turns out to be a handshake is measured as one.
        var isMeasured = duration.Enabled || EngineMetrics.HandshakeDuration.Enabled;
        return new Operation(this, duration, span, isMeasured ? Stopwatch.GetTimestamp() : 0);
    }

    private void Count(Counter<long> counter, long number = 1)
    {
        if (counter.Enabled)
        {
            counter.Add(number, Tags());
        }
    }

    private void Count(Counter<long> counter, string reason)
    {
        if (counter.Enabled)
        {
            counter.Add(1, Tags(new("reason", reason)));
        }
    }

    private TagList Tags(KeyValuePair<string, object?>? more = null)
    {
        var tags = new TagList { { "role", Role } };
        if (Endpoint is not null)
        {
            tags.Add("endpoint", Endpoint);
        }

        if (more is { } tag)
        {
            tags.Add(tag);
        }

        return tags;
    }

    /// <summary>Something that takes time. Disposing of it ends its span.</summary>
    internal readonly struct Operation(EngineTelemetry telemetry, Histogram<double> duration, Activity? span, long started) : IDisposable
    {
        /// <summary>The operation of nothing.</summary>
        public static readonly Operation None;

        /// <summary>The same operation, which turns out to open a session.</summary>
        public Operation AsHandshake()
        {
            span?.DisplayName = "secureconversation.handshake";
            return new Operation(telemetry, EngineMetrics.HandshakeDuration, span, started);
        }

        /// <summary>Says which session it is about.</summary>
        public void Session(string? id)
        {
            if (id is not null)
            {
                span?.SetTag("secureconversation.session.id", id);
            }
        }

        /// <summary>Says which action a verified message has.</summary>
        public void Action(string? action)
        {
            if (action is not null)
            {
                span?.SetTag("secureconversation.action", Shared.LogText.OfAction(action));
            }
        }

        /// <summary>It went well.</summary>
        /// <param name="counter">Counts the message; null for none.</param>
        /// <param name="sizes">Adds its size up; null for none.</param>
        /// <param name="bytes">Its size.</param>
        public void Succeeded(Counter<long>? counter = null, Counter<long>? sizes = null, long bytes = 0)
        {
            if (telemetry is null)
            {
                return;
            }

            Record(null);
            if (counter is not null)
            {
                telemetry.Count(counter);
                telemetry.Count(sizes!, bytes);
            }
        }

        /// <summary>It failed.</summary>
        public void Failed(FailureCode code)
        {
            if (span is not null || started != 0)
            {
                var name = code.ToString();
                span?.SetTag("error.type", name);
                span?.SetStatus(ActivityStatusCode.Error);
                Record(name);
            }
        }

        public void Dispose() => span?.Dispose();

        private void Record(string? error)
        {
            if (started != 0)
            {
                duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds,
                    telemetry.Tags(error is null ? null : new KeyValuePair<string, object?>("error.type", error)));
            }
        }
    }
}
