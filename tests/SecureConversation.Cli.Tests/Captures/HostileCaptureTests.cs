using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SecureConversation.Cli.Captures;

namespace SecureConversation.Cli.Tests.Captures;

/// <summary>Captures that are made to end or to hold up the command.</summary>
public sealed class HostileCaptureTests
{
    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("PK\u0003\u0004 but no zip")]
    [InlineData("{\"a\":1}")]
    [InlineData("{\"log\":{\"entries\":1}}")]
    public async Task WhatIsNothing_IsRefusedInWords(string text)
    {
        var refusal = await Assert.ThrowsAsync<CaptureException>(() => RecordedMessages.ReadAsync(Encoding.UTF8.GetBytes(text)));
        Assert.Contains("capture.bin", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileThatIsMissing_IsRefusedInWords() => await Assert.ThrowsAsync<CaptureException>(() =>
        CaptureReader.ReadAsync(Path.Combine(Path.GetTempPath(), "missing", "a.har"), TestContext.Current.CancellationToken));

    [Fact]
    public async Task JsonThatIsTooDeep_IsNoted()
    {
        var deep = "{\"log\":{\"entries\":[{\"request\":" + new string('[', 100_000);
        var capture = await RecordedMessages.ReadAsync(Encoding.UTF8.GetBytes(deep));
        Assert.Empty(capture.Messages);
        Assert.Contains("broken", Assert.Single(capture.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task XmlThatIsDeep_OrHasADtd_IsLeftToTheDecoder()
    {
        foreach (var text in new[] { string.Concat(Enumerable.Repeat("<a>", 100_000)), "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>" })
        {
            var capture = await RecordedMessages.ReadAsync(Encoding.UTF8.GetBytes(text));
            Assert.InRange(capture.Messages.Count, 0, 1);
        }
    }

    [Fact]
    public async Task ZipThatUnfolds_IsNotUnfolded()
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("raw/1_c.txt", CompressionLevel.Fastest).Open();
            entry.Write("POST / HTTP/1.1\r\n\r\n"u8);
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 70; i++)
            {
                entry.Write(zeros);
            }
        }

        var capture = await RecordedMessages.ReadAsync(output.ToArray());
        Assert.Empty(capture.Messages);
        Assert.Contains("has more than", Assert.Single(capture.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodyThatUnfolds_IsNotUnfolded()
    {
        using var coded = new MemoryStream();
        using (var gzip = new GZipStream(coded, CompressionLevel.Fastest, leaveOpen: true))
        {
            var spaces = new byte[1 << 20];
            spaces.AsSpan().Fill((byte)' ');
            for (var i = 0; i < 70; i++)
            {
                gzip.Write(spaces);
            }
        }

        byte[] http = [.. Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Encoding: gzip\r\nContent-Length: {coded.Length}\r\n\r\n"),
            .. coded.ToArray()];
        var message = Assert.Single((await RecordedMessages.ReadAsync(http)).Messages);
        Assert.True(message.Body.IsEmpty);
        Assert.Contains("it holds more than 64 MiB", message.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void BytesThatUnfold_AreCountedWhetherTheyAreKeptOrNot()
    {
        var builder = new CaptureBuilder();
        var counted = 0L;
        var coded = Gzip(new byte[1 << 20]);
        builder.Add(new CapturedEntity { Source = "a", Body = coded, ContentType = "image/png", ContentEncoding = "gzip" });
        ContentCodings.Decode(coded, "gzip, identity", bytes => counted += bytes);
        Assert.Equal(1 << 20, counted);

        builder.Unfolded(CaptureLimits.MaxUnfoldedBytes);
        Assert.False(builder.IsFull);
        builder.Add(new CapturedEntity { Source = "a", Body = Gzip("<a/>"u8.ToArray()), ContentType = "text/xml", ContentEncoding = "gzip" });
        Assert.True(builder.IsFull);
        var capture = builder.ToCapture("a", "b");
        Assert.Contains("1 bodies of image/png", capture.Notes);
        Assert.Contains(capture.Notes, note => note.Contains("unfolded it has more than 2048 MiB", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EntryOfAZipThatItsTypePassesOver_IsNotUnfolded()
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            // Broken behind its head: who reads all of it notices.
            using var entry = zip.CreateEntry("raw/1_s.txt", CompressionLevel.NoCompression).Open();
            entry.Write("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"u8);
            entry.Write(new byte[1 << 20]);
        }

        var bytes = output.ToArray();
        bytes[1 << 19] = 1;
        var capture = await RecordedMessages.ReadAsync(bytes);
        Assert.Equal("1 bodies of image/png", Assert.Single(capture.Notes));
    }

    [Fact]
    public void CompressedCapture_ThatIsFarLargerThanItsFile_IsRefused()
    {
        var spaces = new byte[4 << 20];
        spaces.AsSpan().Fill((byte)' ');
        using var unfolding = new UnfoldingStream(new MemoryStream(Gzip(spaces)), atOnce: 1 << 20);
        Assert.Throws<InvalidDataException>(() => unfolding.CopyTo(Stream.Null));
        using var whole = new UnfoldingStream(new MemoryStream(Gzip(spaces)));
        Assert.Equal(spaces, LimitedReading.TryReadAll(whole, spaces.Length));
    }

    [Fact]
    public void KindsThatArePassedOver_AreFew()
    {
        var builder = new CaptureBuilder();
        for (var i = 0; i < 1000; i++)
        {
            builder.PassOver($"bodies of x/{i}");
        }

        var notes = builder.ToCapture("a", "b").Notes;
        Assert.Equal(CaptureLimits.MaxKinds + 1, notes.Count);
        Assert.Contains("950 others", notes);
    }

    [Fact]
    public async Task EntryOfAHarAtTheEndOfTime_CostsItselfOnly()
    {
        string Entry(string time) => JsonSerializer.Serialize(new
        {
            startedDateTime = time,
            time = 1,
            request = new { url = "http://a/", postData = new { mimeType = "text/xml", text = "<Envelope/>" } },
            response = new { status = 200, content = new { mimeType = "text/xml", text = "<Envelope/>" } },
        });
        var har = "{\"log\":{\"entries\":[" + Entry("2026-01-01T00:00:00Z") + "," + Entry("9999-12-31T23:59:59.9999999Z") + ","
            + Entry("9999-12-31T23:59:59.9999999+14:00") + "," + Entry("0001-01-01T00:00:00-14:00") + "]}}";
        var capture = await RecordedMessages.ReadAsync(Encoding.UTF8.GetBytes(har));
        Assert.Equal(8, capture.Messages.Count);
    }

    [Fact]
    public async Task EmptyEnvelopeOfATrace_EndsWhereItsTagEnds()
    {
        const string Envelope = "<Envelope a=\"x>'y\" b='z>\"' />";
        var trace = "<E2ETraceEvent><MessageLogTraceRecord xmlns=\"http://schemas.microsoft.com/2004/06/ServiceModel/Management/MessageTrace\">"
            + $"{Envelope}</MessageLogTraceRecord></E2ETraceEvent>";
        var message = Assert.Single((await RecordedMessages.ReadAsync(Encoding.UTF8.GetBytes(trace))).Messages);
        Assert.Equal(Envelope, Encoding.UTF8.GetString(message.Body.Span));
    }

    [Fact]
    public async Task LengthsOfHttp_ThatCannotBe_AreProblems()
    {
        foreach (var header in new[] { "Content-Length: 99999999999999", "Content-Length: -1", "Transfer-Encoding: chunked\r\n\r\nFFFFFFFF",
            "Transfer-Encoding: chunked\r\n\r\n7FFFFFFF\r\n", "Content-Encoding: a,b,c,d,e\r\nContent-Length: 3" })
        {
            var capture = await RecordedMessages.ReadAsync(Encoding.Latin1.GetBytes($"POST / HTTP/1.1\r\nContent-Type: text/xml\r\n{header}\r\n\r\nabc"));
            Assert.NotNull(Assert.Single(capture.Messages).Problem);
        }
    }

    [Fact]
    public async Task DirectoriesWithPipesAndLinks_AreRead()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in directories.");
        using var directory = new TemporaryDirectory();
        using var made = System.Diagnostics.Process.Start("mkfifo", Path.Combine(directory.FullName, "a.xml"));
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(directory.FullName, "b.xml"), Path.Combine(directory.FullName, "b.xml"));
        directory.Add("c.xml", RecordedMessages.All[0].ReadBytes());

        var capture = await CaptureReader.ReadAsync(directory.FullName, TestContext.Current.CancellationToken);
        Assert.Equal("c.xml", Assert.Single(capture.Messages).Source);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var coded = new MemoryStream();
        using (var gzip = new GZipStream(coded, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return coded.ToArray();
    }
}
