using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Gives the messages of one client or service to the log of the application. Nothing that happens there fails a message. A role without
/// such a log has no recorder, and copies nothing.
/// </summary>
internal sealed class MessageRecorder
{
    private const int MaxText = 2048;

    private static readonly TimeSpan BetweenFailures = TimeSpan.FromMinutes(1);

    // A password is in clear on the wire where a binding allows it (AllowClearTextPassword).
    private static readonly Redaction OnTheWire = new(isSecret: null);

    private readonly IMessageLog _messages;
    private readonly MessageLoggingOptions _options;
    private readonly Redaction _redaction;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly string? _endpoint;
    private readonly bool _isService;
    private long _failedAt;

    private MessageRecorder(
        IMessageLog messages, MessageLoggingOptions options, ILogger log, TimeProvider clock, bool isService, string? endpoint)
    {
        _messages = messages;
        _options = options;
        _redaction = new Redaction(options.IsSecret);
        _log = log;
        _clock = clock;
        _isService = isService;
        _endpoint = endpoint;
    }

    /// <summary>The recorder of a client or service; null when nothing is logged.</summary>
    /// <param name="messages">The log of the application; null for none.</param>
    /// <param name="options">What it is given.</param>
    /// <param name="log">Where it is said that it is given content, and that it fails.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="isService">Whether it is a service.</param>
    /// <param name="endpoint">The name of the endpoint; null for none.</param>
    /// <exception cref="ArgumentException">There is a log that would get nothing.</exception>
    public static MessageRecorder? Of(
        IMessageLog? messages, MessageLoggingOptions options, ILogger log, TimeProvider clock, bool isService, string? endpoint)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (messages is null)
        {
            return null;
        }

        if (!options.LogMessagesAtTransportLevel && !options.LogMessagesAtServiceLevel)
        {
            throw new ArgumentException("MessageLog is set, and MessageLogging logs at neither level: set LogMessagesAtTransportLevel or "
                + "LogMessagesAtServiceLevel, or leave MessageLog at null.", nameof(options));
        }

        if (options.LogMessagesAtServiceLevel)
        {
            EngineLog.ContentLogged(log);
        }

        return new MessageRecorder(messages, options, log, clock, isService, endpoint);
    }

    /// <summary>Logs an envelope, if the options say so.</summary>
    public void Write(MessageLoggingSource source, ReadOnlyMemory<byte> envelope, in MessageFacts facts)
    {
        var isPlain = source is MessageLoggingSource.ServiceLevelSend or MessageLoggingSource.ServiceLevelReceive;
        if (!(isPlain ? _options.LogMessagesAtServiceLevel : _options.LogMessagesAtTransportLevel))
        {
            return;
        }

        PooledBytes? redacted = null;
        try
        {
            var (shown, omitted) = (envelope, (string?)null);
            if (envelope.Length > _options.MaxEnvelopeBytes)
            {
                (shown, omitted) = (default, "larger than MaxEnvelopeBytes of MessageLogging");
            }
            else if (isPlain ? _redaction.Concerns(envelope.Span) : Redaction.MayHavePassword(envelope.Span))
            {
                redacted = (isPlain ? _redaction : OnTheWire).Apply(envelope);
                shown = redacted is null ? default : redacted.Memory;
                omitted = redacted is null ? "secrets cannot be taken out of it" : null;
            }

            _messages.Write(MessageOf(source, shown, omitted, envelope.Length, facts));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Failed(e);
        }
        finally
        {
            redacted?.Dispose();
        }
    }

    private LoggedMessage MessageOf(
        MessageLoggingSource source, ReadOnlyMemory<byte> envelope, string? omitted, int size, in MessageFacts facts)
    {
        var isReceived = source is MessageLoggingSource.TransportReceive or MessageLoggingSource.ServiceLevelReceive;
        return new LoggedMessage
        {
            Instant = _clock.GetUtcNow(),
            Source = source,
            Direction = isReceived == _isService ? MessageDirection.ClientToService : MessageDirection.ServiceToClient,
            Envelope = envelope,
            Omitted = omitted,
            Size = size,
            EndpointName = _endpoint,
            Action = Cut(facts.Action),
            MessageId = Cut(facts.MessageId),
            RelatesTo = Cut(facts.RelatesTo),
            SessionId = Cut(facts.SessionId),
            RemoteAddress = facts.RemoteAddress?.ToString(),
            Failure = facts.Failure,
        };
    }

    // A log that fails would fill the other one. A race costs an entry more.
    private void Failed(Exception e)
    {
        var (now, last) = (_clock.GetTimestamp(), Volatile.Read(ref _failedAt));
        if (last == 0 || _clock.GetElapsedTime(last, now) >= BetweenFailures)
        {
            Volatile.Write(ref _failedAt, now == 0 ? 1 : now);
            EngineLog.MessageLogFailed(_log, e);
        }
    }

    private static string? Cut(string? text) => text is { Length: > MaxText } ? text[..MaxText] : text;
}
