using System.IO.Compression;
using System.Text;
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
    [InlineData("--boundary\r\n")]
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
}
