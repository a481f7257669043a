using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SecureConversation.Binding;
using SecureConversation.Cli.Captures;
using SecureConversation.Diagnosis;

namespace SecureConversation.Cli.Tests.Captures;

/// <summary>Every format but packets, made of a recorded conversation.</summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Har_IsRead(bool isBase64)
    {
        var capture = await RecordedMessages.ReadAsync(Har(isBase64));
        Assert.Equal("HAR", capture.Format);
        RecordedMessages.AssertSame(capture);
        RecordedMessages.AssertPaired(capture);
        Assert.Equal("urn:a", capture.Messages[0].TransportAction);
        Assert.Equal(200, capture.Messages[1].HttpStatus);
        Assert.Equal("http://example.org/echo", capture.Messages[1].Address?.AbsoluteUri);
    }

    [Fact]
    public async Task HarThatIsCut_LosesTheLastEntry()
    {
        var whole = Har(false);
        var capture = await RecordedMessages.ReadAsync(whole[..^200]);
        Assert.Equal(RecordedMessages.All[0].ReadBytes(), capture.Messages[0].Body.ToArray());
        Assert.InRange(capture.Messages.Count, 2, RecordedMessages.All.Count - 1);
        Assert.Contains("broken", Assert.Single(capture.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeSoap_IsCounted()
    {
        var capture = await RecordedMessages.ReadAsync("""
            {"log":{"entries":[
            {"request":{"method":"GET","url":"http://a/","headers":[]},"response":{"status":200,"content":{"mimeType":"text/html","text":"<html/>"}}},
            {"request":{"method":"GET","url":"http://a/","headers":[]},"response":{"status":200,"content":{"mimeType":"image/png","text":"AAAA","encoding":"base64"}}},
            {"request":{"method":"GET","url":"http://a/?wsdl"},"response":{"status":200,"content":{"mimeType":"text/xml","text":"<definitions/>"}}},
            {"request":{"method":"POST","url":"http://a/","postData":{"mimeType":"multipart/related; type=\"application/xop+xml\"","text":"--x"}},"response":{}}
            ]}}
            """u8.ToArray());
        Assert.StartsWith("It is MTOM that cannot be read. The entity body is no envelope: MalformedPackage", Assert.Single(capture.Messages).Problem, StringComparison.Ordinal);
        Assert.Equal(["1 bodies of XML that are no SOAP envelopes", "1 bodies of image/png", "1 bodies of text/html", "MTOM is shown as the text that it stands for"], capture.Notes);
    }

    [Fact]
    public async Task Saz_IsRead()
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (i, (request, reply)) in RecordedMessages.Exchanges.Index())
            {
                var last = (reply ?? request).Record.Instant;
                Entry(zip, $"raw/{i + 9}_c.txt", HttpBytes.Request(request, "http://example.org:8080/echo"));
                Entry(zip, $"raw/{i + 9}_s.txt", reply is null ? HttpBytes.Reply(null) : HttpBytes.CodedReply(reply, "gzip"));
                Entry(zip, $"raw/{i + 9}_m.xml", Encoding.UTF8.GetBytes(
                    $"<?xml version='1.0'?><Session><SessionTimers ClientBeginRequest='{request.Record.Instant:O}' ServerDoneResponse='{last:O}'/></Session>"));
            }
        }

        var capture = await RecordedMessages.ReadAsync(output.ToArray());
        Assert.Equal("Fiddler SAZ", capture.Format);
        RecordedMessages.AssertSame(capture);
        RecordedMessages.AssertPaired(capture);
    }

    [Fact]
    public async Task MessageLogOfWcf_IsRead_AsItStands()
    {
        var log = new StringBuilder();
        foreach (var message in RecordedMessages.All)
        {
            var http = message.IsFromClient
                ? "<HttpRequest><Method>POST</Method><WebHeaders><SOAPAction>\"urn:a\"</SOAPAction></WebHeaders></HttpRequest>"
                : "<HttpResponse><StatusCode>OK</StatusCode></HttpResponse>";
            log.Append(Trace(message.Record.Instant, message.IsFromClient ? "TransportSend" : "TransportReceive",
                http + Encoding.UTF8.GetString(message.ReadBytes())));
        }

        var capture = await RecordedMessages.ReadAsync(Encoding.UTF8.GetBytes(log.ToString()));
        Assert.Equal("WCF message log", capture.Format);
        RecordedMessages.AssertSame(capture);
        Assert.Equal(("urn:a", 200), (capture.Messages[0].TransportAction, capture.Messages[1].HttpStatus!.Value));
    }

    [Fact]
    public async Task MessageLogOfWcf_TellsWhatIsInClear_AndGoesOnAfterWhatIsBroken()
    {
        var envelope = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'>\r\n <s:Body a = \"1\"/>\n</s:Envelope>";
        var log = Trace(DateTimeOffset.UnixEpoch, "ServiceLevelSendRequest", envelope)
            + "<E2ETraceEvent><broken></E2ETraceEvent>"
            + Trace(DateTimeOffset.UnixEpoch, "TransportReceive", envelope)
            + Trace(DateTimeOffset.UnixEpoch, "Malformed", "")
            + Trace(DateTimeOffset.UnixEpoch, "TransportSend", envelope)[..^50];

        var capture = await RecordedMessages.ReadAsync(Encoding.UTF8.GetBytes(log));
        Assert.Equal([true, false, false], capture.Messages.Select(message => message.IsInClear));
        Assert.Equal([MessageDirection.ClientToService, null, null], capture.Messages.Select(message => message.Direction));
        Assert.All(capture.Messages, message => Assert.Equal(envelope, Encoding.UTF8.GetString(message.Body.Span)));
        Assert.Equal("1 records of malformed messages", capture.Notes[0]);
    }

    [Fact]
    public async Task LogOfThisLibrary_IsRead()
    {
        using var directory = new TemporaryDirectory();
        await using (var log = new FileMessageLog(directory.FullName))
        {
            foreach (var message in RecordedMessages.All)
            {
                log.Write(new LoggedMessage
                {
                    Instant = message.Record.Instant,
                    Source = message.IsFromClient ? MessageLoggingSource.TransportSend : MessageLoggingSource.TransportReceive,
                    Direction = RecordedMessages.Direction(message)!.Value,
                    Envelope = message.ReadBytes(),
                    Size = message.ReadBytes().Length,
                });
            }
        }

        RecordedMessages.AssertSame(await CaptureReader.ReadAsync(
            Directory.GetFiles(directory.FullName).Single(), TestContext.Current.CancellationToken));
        RecordedMessages.AssertSame(await CaptureReader.ReadAsync(directory.FullName, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DirectoryOfBodies_IsRead_WithoutWhatLiesBeside()
    {
        using var directory = new TemporaryDirectory();
        foreach (var (i, (request, reply)) in RecordedMessages.Exchanges.Index())
        {
            directory.Add($"{i + 1:D2}-request.xml", request.ReadBytes());
            if (reply is not null)
            {
                directory.Add($"{i + 1:D2}-response.xml", reply.ReadBytes());
            }
        }

        directory.Add("01-request.plain.xml", "<plain/>");
        directory.Add("vector.json", "{}");
        directory.Add("service.wsdl", "<definitions/>");
        directory.Add("readme.txt", "nothing");

        var capture = await CaptureReader.ReadAsync(directory.FullName, TestContext.Current.CancellationToken);
        RecordedMessages.AssertSame(capture, hasTimes: false);
        RecordedMessages.AssertPaired(capture);
        Assert.Equal(["1 files that are neither XML nor a capture"], capture.Notes);
    }

    [Fact]
    public async Task OneBody_AndOneMessageOfHttp_AreRead()
    {
        var message = RecordedMessages.All[0];
        Assert.Equal(message.ReadBytes(), Assert.Single((await RecordedMessages.ReadAsync(message.ReadBytes())).Messages).Body.ToArray());
        var http = Assert.Single((await RecordedMessages.ReadAsync(HttpBytes.Request(message))).Messages);
        Assert.Equal(message.ReadBytes(), http.Body.ToArray());
        Assert.Equal(MessageDirection.ClientToService, http.Direction);

        var wide = Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("<s:Envelope xmlns:s='urn:s'/>")).ToArray();
        Assert.Equal(wide, Assert.Single((await RecordedMessages.ReadAsync(wide)).Messages).Body.ToArray());
    }

    private static byte[] Har(bool isBase64) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        log = new
        {
            version = "1.2",
            entries = RecordedMessages.Exchanges.Select(exchange => new
            {
                startedDateTime = exchange.Request.Record.Instant.ToString("O", CultureInfo.InvariantCulture),
                time = ((exchange.Reply ?? exchange.Request).Record.Instant - exchange.Request.Record.Instant).TotalMilliseconds,
                request = new
                {
                    method = "POST",
                    url = "http://example.org/echo",
                    headers = new[] { new { name = "content-type", value = exchange.Request.ContentType }, new { name = "soapaction", value = (string?)"\"urn:a\"" } },
                    postData = Content(exchange.Request.ReadBytes(), isBase64),
                },
                response = new
                {
                    status = exchange.Reply is null ? 202 : 200,
                    headers = Array.Empty<object>(),
                    content = exchange.Reply is null ? null : Content(exchange.Reply.ReadBytes(), isBase64),
                },
            }),
        },
    });

    private static object Content(byte[] body, bool isBase64) => isBase64
        ? new { mimeType = "text/xml; charset=utf-8", text = Convert.ToBase64String(body), encoding = "base64" }
        : new { mimeType = "text/xml; charset=utf-8", text = Encoding.UTF8.GetString(body) };

    private static string Trace(DateTimeOffset instant, string source, string content) =>
        "<E2ETraceEvent xmlns=\"http://schemas.microsoft.com/2004/06/E2ETraceEvent\"><System xmlns=\"http://schemas.microsoft.com/2004/06/windows/eventlog/system\">"
        + "<EventID>0</EventID></System><ApplicationData><TraceData><DataItem><MessageLogTraceRecord Time=\""
        + instant.ToString("O", CultureInfo.InvariantCulture) + $"\" Source=\"{source}\" Type=\"System.ServiceModel.Channels.BufferedMessage\" "
        + "xmlns=\"http://schemas.microsoft.com/2004/06/ServiceModel/Management/MessageTrace\">" + content
        + "</MessageLogTraceRecord></DataItem></TraceData></ApplicationData></E2ETraceEvent>";

    private static void Entry(ZipArchive zip, string name, byte[] content)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(content);
    }
}
