using System.Globalization;
using System.Text;
using System.Xml;
using SecureConversation.Binding;

namespace SecureConversation.Cli.Captures;

/// <summary>
/// Reads message logs of WCF (<c>.svclog</c>): elements E2ETraceEvent without a root, within them MessageLogTraceRecord with the
/// attributes Time and Source, before the envelope HttpRequest or HttpResponse.
/// </summary>
internal sealed class MessageTraceReader
{
    private const string Namespace = "http://schemas.microsoft.com/2004/06/ServiceModel/Management/MessageTrace";
    private const string EventStart = "<E2ETraceEvent";
    private const int MostRestarts = 16;

    private readonly CaptureBuilder _builder = new();
    private readonly string _name;
    private int _records;

    private MessageTraceReader(string name) => _name = name;

    public static Capture Read(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var decoder = new StreamReader(new MemoryStream(bytes.ToArray(), writable: false), Encoding.UTF8);
        var reader = new MessageTraceReader(name);
        reader.ReadAll(decoder.ReadToEnd().TrimEnd('\0'), cancellation);
        return reader._builder.ToCapture(name, "WCF message log");
    }

    // An event that is broken ends the reader: it begins again with the next one.
    private void ReadAll(string text, CancellationToken cancellation)
    {
        for (var restarts = 0; ; restarts++)
        {
            using var trace = new TraceText(text);
            try
            {
                while (!_builder.IsFull && trace.Reader.Read())
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (trace.Reader is { NodeType: XmlNodeType.Element, LocalName: "MessageLogTraceRecord", NamespaceURI: Namespace })
                    {
                        ReadRecord(trace);
                    }
                }

                return;
            }
            catch (XmlException e)
            {
                _builder.Note($"a part of the log is broken: {e.Message}");
                var next = text.IndexOf(EventStart, trace.Offset(e.LineNumber, e.LinePosition), StringComparison.Ordinal);
                if (next < 0 || restarts == MostRestarts)
                {
                    return;
                }

                text = text[next..];
            }
        }
    }

    private void ReadRecord(TraceText trace)
    {
        var record = trace.Reader;
        var source = record.GetAttribute("Source") ?? "";
        DateTimeOffset? instant = DateTimeOffset.TryParse(record.GetAttribute("Time"), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time) ? time : null;
        _records++;
        if (record.IsEmptyElement)
        {
            return;
        }

        var depth = record.Depth;
        var http = new HttpPart();
        string? envelope = null;
        while (record.Read() && record.Depth > depth)
        {
            if (record.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (record is { LocalName: "Envelope" } && record.Depth == depth + 1)
            {
                envelope = trace.CutElement();
            }
            else if (record.LocalName is "HttpRequest" or "HttpResponse" && record.Depth == depth + 1)
            {
                http = ReadHttp(record);
            }
        }

        Add(source, instant, http, envelope);
    }

    private static HttpPart ReadHttp(XmlReader reader)
    {
        var part = new HttpPart
        {
            Direction = reader.LocalName == "HttpRequest" ? MessageDirection.ClientToService : MessageDirection.ServiceToClient,
        };
        if (reader.IsEmptyElement)
        {
            return part;
        }

        var depth = reader.Depth;
        var element = "";
        while (reader.Read() && reader.Depth > depth)
        {
            element = reader.NodeType == XmlNodeType.Element ? reader.LocalName : element;
            if (reader.NodeType == XmlNodeType.Text)
            {
                part = part.With(element, reader.Value);
            }
        }

        return part;
    }

    private void Add(string source, DateTimeOffset? instant, HttpPart http, string? envelope)
    {
        if (envelope is null)
        {
            _builder.PassOver(source == "Malformed" ? "records of malformed messages" : "records without an envelope");
            return;
        }

        _builder.Add(new CapturedMessage
        {
            Source = string.Create(CultureInfo.InvariantCulture,
                $"{_name}: record {_records} ({(source.Length > 0 ? source : "no source")})"),
            Body = Encoding.UTF8.GetBytes(envelope),
            Direction = http.Direction ?? DirectionOf(source),
            Instant = instant,
            ContentType = http.ContentType,
            TransportAction = http.Action,
            HttpStatus = http.Status,
            IsInClear = source.StartsWith("ServiceLevel", StringComparison.Ordinal),
        });
    }

    // At the level of the transport a log does not tell a request that a client sends from a reply that a service sends.
    private static MessageDirection? DirectionOf(string source) => source switch
    {
        "ServiceLevelSendRequest" or "ServiceLevelReceiveRequest" or "ServiceLevelSendDatagram" or "ServiceLevelReceiveDatagram" =>
            MessageDirection.ClientToService,
        "ServiceLevelSendReply" or "ServiceLevelReceiveReply" => MessageDirection.ServiceToClient,
        _ => null,
    };

    private sealed record HttpPart
    {
        public MessageDirection? Direction { get; init; }

        public string? ContentType { get; init; }

        public string? Action { get; init; }

        public int? Status { get; init; }

        public HttpPart With(string element, string value) => element switch
        {
            "Content-Type" => this with { ContentType = value.Trim() },
            "SOAPAction" => this with { Action = value.Trim().Trim('"') },
            "StatusCode" => this with { Status = StatusOf(value.Trim()) },
            _ => this,
        };

        // WCF writes the name of HttpStatusCode.
        private static int? StatusOf(string text) => Enum.TryParse<System.Net.HttpStatusCode>(text, out var status) ? (int)status : null;
    }
}
