using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using SecureConversation.Binding;

namespace SecureConversation.Diagnosis;

/// <summary>
/// A logged message as one line of JSON. The envelope is text, and base64 where a stranger sent what is no UTF-8, so that its octets come
/// back as they were.
/// </summary>
internal static class LoggedMessageFormat
{
    // For people who read the file: nothing puts it into a page of HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(LoggedMessage message, Stream output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("instant", message.Instant.UtcDateTime);
        json.WriteString("source", message.Source.ToString());
        json.WriteString("direction", message.Direction.ToString());
        WriteKnown(json, "endpoint", message.EndpointName);
        WriteKnown(json, "action", message.Action);
        WriteKnown(json, "messageId", message.MessageId);
        WriteKnown(json, "relatesTo", message.RelatesTo);
        WriteKnown(json, "sessionId", message.SessionId);
        WriteKnown(json, "remoteAddress", message.RemoteAddress);
        WriteKnown(json, "failure", message.Failure == FailureCode.None ? null : message.Failure.ToString());
        json.WriteNumber("size", message.Size);
        WriteKnown(json, "omitted", message.Omitted);
        if (message.Omitted is null)
        {
            if (Utf8.IsValid(message.Envelope.Span))
            {
                json.WriteString("envelope", message.Envelope.Span);
            }
            else
            {
                json.WriteBase64String("envelopeBase64", message.Envelope.Span);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The message of a line; null when it is none.</summary>
    public static LoggedMessage? TryRead(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            return new LoggedMessage
            {
                Instant = DateTimeOffset.Parse(Text(json, "instant")!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                Source = Enum.Parse<MessageLoggingSource>(Text(json, "source")!),
                Direction = Enum.Parse<MessageDirection>(Text(json, "direction")!),
                EndpointName = Text(json, "endpoint"),
                Action = Text(json, "action"),
                MessageId = Text(json, "messageId"),
                RelatesTo = Text(json, "relatesTo"),
                SessionId = Text(json, "sessionId"),
                RemoteAddress = Text(json, "remoteAddress"),
                Failure = Text(json, "failure") is { } failure ? Enum.Parse<FailureCode>(failure) : FailureCode.None,
                Size = json.GetProperty("size").GetInt32(),
                Omitted = Text(json, "omitted"),
                Envelope = Text(json, "envelope") is { } envelope ? Encoding.UTF8.GetBytes(envelope)
                    : Text(json, "envelopeBase64") is { } encoded ? Convert.FromBase64String(encoded) : default(ReadOnlyMemory<byte>),
            };
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException
            or KeyNotFoundException)
        {
            return null;
        }
    }

    private static void WriteKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
