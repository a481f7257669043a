using System.Globalization;
using System.Text;
using System.Text.Json;
using SecureConversation.Binding;

namespace SecureConversation.Cli.Captures;

/// <summary>
/// Reads an HTTP archive (HAR 1.2): log/entries, each with request, response, startedDateTime and time in milliseconds. Bodies are text,
/// or base64 where their encoding says so; content codings are undone already.
/// </summary>
internal static class HarReader
{
    public static Capture Read(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var builder = new CaptureBuilder();
        var number = 0;
        var hasEntries = false;
        try
        {
            var reader = new Utf8JsonReader(WithoutMark(bytes.Span), new JsonReaderOptions
            {
                MaxDepth = CaptureLimits.MaxJsonDepth,
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
            });
            if (MoveTo(ref reader, "log") && reader.TokenType == JsonTokenType.StartObject && MoveTo(ref reader, "entries")
                && reader.TokenType == JsonTokenType.StartArray)
            {
                hasEntries = true;
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject && !builder.IsFull)
                {
                    cancellation.ThrowIfCancellationRequested();
                    using var entry = JsonDocument.ParseValue(ref reader);
                    Add(entry.RootElement, name, ++number, builder);
                }
            }
        }
        catch (JsonException e)
        {
            // Entries that are whole were read: of a recorder that was killed all but the last one.
            builder.Note($"the file is broken, and was read up to entry {number.ToString(CultureInfo.InvariantCulture)}: {e.Message}");
        }

        return hasEntries ? builder.ToCapture(name, "HAR")
            : throw new CaptureException($"{name} is JSON, but no HTTP archive (HAR): it has no log with entries.");
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;

    // From before an object or within it, to the value of one of its members.
    private static bool MoveTo(ref Utf8JsonReader reader, string member)
    {
        while (reader.TokenType is JsonTokenType.None or JsonTokenType.StartObject or JsonTokenType.PropertyName || reader.CurrentDepth > 0)
        {
            if (!reader.Read() || reader.TokenType == JsonTokenType.EndObject)
            {
                return false;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var isMember = reader.ValueTextEquals(member);
                if (!reader.Read() || isMember)
                {
                    return isMember;
                }

                reader.Skip();
            }
            else if (reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }
        }

        return false;
    }

    private static void Add(JsonElement entry, string name, int number, CaptureBuilder builder)
    {
        var source = string.Create(CultureInfo.InvariantCulture, $"{name}: entry {number}");
        try
        {
            var exchange = builder.NextExchange();
            var started = Instant(entry, "startedDateTime");
            var request = Member(entry, "request");
            var address = Uri.TryCreate(Text(request, "url"), UriKind.Absolute, out var url) ? url : null;
            builder.Add(Entity(request, Member(request, "postData"), $"{source}, request") with
            {
                Direction = MessageDirection.ClientToService,
                Instant = started,
                Exchange = exchange,
                Address = address,
                SoapAction = Header(request, "SOAPAction"),
            });

            var response = Member(entry, "response");
            builder.Add(Entity(response, Member(response, "content"), $"{source}, reply") with
            {
                Direction = MessageDirection.ServiceToClient,
                Instant = Later(started, Duration(entry)),
                Exchange = exchange,
                Address = address,
                HttpStatus = Member(response, "status") is { ValueKind: JsonValueKind.Number } status && status.TryGetInt32(out var code)
                    ? code : null,
            });
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            builder.Note($"entry {number.ToString(CultureInfo.InvariantCulture)} is broken: {e.Message}");
        }
    }

    private static CapturedEntity Entity(JsonElement message, JsonElement content, string source)
    {
        var type = Header(message, "Content-Type") ?? Text(content, "mimeType");
        type = string.IsNullOrEmpty(type) ? null : type;
        var text = Text(content, "text");
        if (text is null)
        {
            var size = Math.Max(Number(message, "bodySize"), Number(content, "size"));
            var problem = size > 0 ? "The archive has not its body." : null;
            return new CapturedEntity { Source = source, Body = default, ContentType = type, Problem = problem };
        }

        var isBase64 = (Text(content, "encoding") ?? Text(content, "_encoding")) == "base64";
        var body = isBase64 ? Convert.FromBase64String(text) : Octets(text, type);
        return new CapturedEntity
        {
            Source = source,
            Body = body,
            ContentType = type,
            // Some recorders leave the coding of requests as it is.
            ContentEncoding = body is [0x1F, 0x8B, ..] ? "gzip" : null,
        };
    }

    // As it went over the wire, or the charset of its type would be wrong.
    private static byte[] Octets(string text, string? type)
    {
        var at = type?.IndexOf("charset", StringComparison.OrdinalIgnoreCase) ?? -1;
        var charset = at < 0 ? "" : type![at..];
        return charset.Contains("utf-16be", StringComparison.OrdinalIgnoreCase) ? Encoding.BigEndianUnicode.GetBytes(text)
            : charset.Contains("utf-16", StringComparison.OrdinalIgnoreCase) ? Encoding.Unicode.GetBytes(text)
            : Encoding.UTF8.GetBytes(text);
    }

    private static string? Header(JsonElement message, string name)
    {
        if (Member(message, "headers") is { ValueKind: JsonValueKind.Array } headers)
        {
            foreach (var header in headers.EnumerateArray())
            {
                if (name.Equals(Text(header, "name"), StringComparison.OrdinalIgnoreCase))
                {
                    return Text(header, "value");
                }
            }
        }

        return null;
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static double Number(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) ? number : 0;

    private static DateTimeOffset? Instant(JsonElement entry, string name) =>
        DateTimeOffset.TryParse(Text(entry, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant : null;

    // There is no time after the year 9999.
    private static DateTimeOffset? Later(DateTimeOffset? start, TimeSpan duration) =>
        start is { } begun && DateTimeOffset.MaxValue.Ticks - Math.Max(begun.Ticks, begun.UtcTicks) >= duration.Ticks
            ? begun + duration : start;

    private static TimeSpan Duration(JsonElement entry) => TimeSpan.FromMilliseconds(Math.Clamp(Number(entry, "time"), 0, 86_400_000));
}
