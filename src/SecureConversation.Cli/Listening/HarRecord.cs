using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace SecureConversation.Cli.Listening;

/// <summary>
/// Writes an HTTP archive (HAR 1.2). The file is whole after each exchange: what closes it is written with the exchange, and the next
/// one is written over that. A file that gets large is followed by another, NAME-2.har.
/// </summary>
internal sealed class HarRecord : IExchangeRecord
{
    // decode reads 256 MiB, and one exchange may take two bodies.
    private const long MaxFileBytes = 64L << 20;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private FileStream _file;
    private long _end;
    private bool _hasEntries;
    private int _number = 1;

    public HarRecord(string path)
    {
        _path = path;
        _file = Begin(path);
    }

    private static ReadOnlySpan<byte> Closing => "\n]}}\n"u8;

    public void Write(RecordedExchange exchange)
    {
        if (_hasEntries && _end > MaxFileBytes)
        {
            _file.Dispose();
            _number++;
            var name = string.Create(CultureInfo.InvariantCulture,
                $"{Path.GetFileNameWithoutExtension(_path)}-{_number}{Path.GetExtension(_path)}");
            _file = Begin(Path.Combine(Path.GetDirectoryName(_path) ?? "", name));
        }

        using var entry = new MemoryStream();
        entry.Write(_hasEntries ? ",\n"u8 : "\n"u8);
        WriteEntry(exchange, entry);
        var length = entry.Length;
        entry.Write(Closing);
        _file.Position = _end;
        entry.WriteTo(_file);
        _file.Flush();
        _end += length;
        _hasEntries = true;
    }

    public void Dispose() => _file.Dispose();

    private FileStream Begin(string path)
    {
        var file = PrivateFile.Create(path);
        using (var json = new MemoryStream())
        {
            json.Write("{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"secureconversation\",\"version\":\"1\"},\"entries\":["u8);
            (_end, _hasEntries) = (json.Length, false);
            json.Write(Closing);
            json.WriteTo(file);
        }

        file.Flush();
        return file;
    }

    private static void WriteEntry(RecordedExchange exchange, Stream output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        var time = exchange.Duration.TotalMilliseconds;
        json.WriteStartObject();
        json.WriteString("startedDateTime", exchange.Instant.UtcDateTime);
        json.WriteNumber("time", time);
        json.WriteStartObject("request");
        json.WriteString("method", exchange.Method);
        json.WriteString("url", exchange.Address.AbsoluteUri);
        WriteCommon(json, exchange.Request);
        json.WriteStartArray("queryString");
        json.WriteEndArray();
        if (exchange.Request.Size > 0)
        {
            json.WriteStartObject("postData");
            WriteBody(json, exchange.Request, "_encoding");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("response");
        json.WriteNumber("status", exchange.Status);
        json.WriteString("statusText", "");
        json.WriteString("redirectURL", "");
        WriteCommon(json, exchange.Reply);
        json.WriteStartObject("content");
        json.WriteNumber("size", exchange.Reply.Body.Length);
        WriteBody(json, exchange.Reply, "encoding");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("cache");
        json.WriteEndObject();
        json.WriteStartObject("timings");
        json.WriteNumber("send", 0);
        json.WriteNumber("wait", time);
        json.WriteNumber("receive", 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteCommon(Utf8JsonWriter json, RecordedEntity entity)
    {
        json.WriteString("httpVersion", "HTTP/1.1");
        json.WriteStartArray("cookies");
        json.WriteEndArray();
        json.WriteStartArray("headers");
        foreach (var (name, value) in entity.Headers)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("headersSize", -1);
        json.WriteNumber("bodySize", entity.Size);
    }

    // Text is for people who open the file. What is not UTF-8 to the bit is base64.
    private static void WriteBody(Utf8JsonWriter json, RecordedEntity entity, string encoding)
    {
        var type = entity.Headers.FirstOrDefault(header => header.Key == "Content-Type").Value ?? "";
        json.WriteString("mimeType", type);
        if (entity.Problem is { } problem)
        {
            json.WriteString("comment", problem);
        }
        else if (Utf8.IsValid(entity.Body.Span) && !type.Contains("utf-16", StringComparison.OrdinalIgnoreCase))
        {
            json.WriteString("text", entity.Body.Span);
        }
        else
        {
            json.WriteBase64String("text", entity.Body.Span);
            json.WriteString(encoding, "base64");
        }
    }
}
