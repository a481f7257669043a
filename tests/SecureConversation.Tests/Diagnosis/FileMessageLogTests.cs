using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Diagnosis;

/// <summary>The log of messages in files.</summary>
public sealed class FileMessageLogTests : IDisposable
{
    private static readonly LoggedMessage Sample = new()
    {
        Instant = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        Source = MessageLoggingSource.TransportReceive,
        Direction = MessageDirection.ClientToService,
        Envelope = "<s:Envelope a=\"é\">\r\n\0\\</s:Envelope>"u8.ToArray(),
        Size = 38,
        EndpointName = "orders",
        Action = "urn:a\n\"b\"",
        MessageId = "urn:uuid:1",
        RelatesTo = "urn:uuid:0",
        SessionId = "urn:uuid:s",
        RemoteAddress = "::1",
        Failure = FailureCode.DigestMismatch,
    };

    private readonly string _directory = Directory.CreateTempSubdirectory("message-log").FullName;
    private readonly RecordedLog _log = new();

    private string[] Files => [.. Directory.GetFiles(_directory).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Message_ComesBackAsItWas()
    {
        var noText = Sample with { Envelope = new byte[] { 0x3C, 0xFF, 0x00 }, Size = 3 };
        var left = new LoggedMessage { Instant = Sample.Instant, Source = MessageLoggingSource.ServiceLevelSend, Direction = MessageDirection.ServiceToClient, Size = 7, Omitted = "large" };
        await using (var log = new FileMessageLog(_directory))
        {
            foreach (var message in new[] { Sample, noText, left })
            {
                log.Write(message);
            }
        }

        var file = Assert.Single(Files);
        var read = await ReadAsync(file);
        Assert.Equal(new[] { Sample, noText, left }.Select(Comparable), read.Select(Comparable));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task MaxFileBytes_BeginsAnotherFile_AndMaxFilesRemovesTheOldest()
    {
        await using var log = new FileMessageLog(_directory, new FileMessageLogOptions { MaxFileBytes = 1, MaxFiles = 3 });
        for (var i = 0; i < 5; i++)
        {
            log.Write(Sample with { MessageId = $"{i}" });
            await log.FlushAsync();
        }

        var kept = new List<string?>();
        foreach (var file in Files)
        {
            kept.Add(Assert.Single(await ReadAsync(file)).MessageId);
        }

        Assert.Equal(["2", "3", "4"], kept);
        Assert.Equal(0, log.DroppedMessages);
    }

    [Fact]
    public async Task MaxQueuedBytes_UsedUp_LeavesMessagesOutAndSaysSoOnce()
    {
        await using var log = new FileMessageLog(_directory, new FileMessageLogOptions { MaxQueuedBytes = 100, LoggerFactory = _log });
        log.Write(Sample);
        log.Write(Sample);
        await log.FlushAsync();
        Assert.Equal(2, log.DroppedMessages);
        Assert.Single(_log.Entries, e => e.Id == 72 && e.Text.Contains("MaxQueuedBytes (100)", StringComparison.Ordinal));
        Assert.Empty(Files);
    }

    [Fact]
    public async Task DirectoryThatCannotBeWritten_LeavesMessagesOutUntilItCan()
    {
        var path = Path.Combine(_directory, "log");
        await File.WriteAllTextAsync(path, "in the way");
        await using var log = new FileMessageLog(path, new FileMessageLogOptions { LoggerFactory = _log });
        log.Write(Sample);
        log.Write(Sample);
        await log.FlushAsync();
        Assert.Equal(2, log.DroppedMessages);
        Assert.Single(_log.Entries, e => e.Id == 73 && e.Exception is IOException);

        File.Delete(path);
        log.Write(Sample);
        await log.FlushAsync();
        Assert.Single(_log.Entries, e => e.Id == 74 && e.Text.Contains("2 messages", StringComparison.Ordinal));
        Assert.Single(await ReadAsync(Assert.Single(Directory.GetFiles(path))));
        Assert.Equal(2, log.DroppedMessages);
    }

    [Fact]
    public async Task Write_AfterDisposal_IsCountedAndDoesNotThrow()
    {
        var log = new FileMessageLog(_directory);
        log.Dispose();
        log.Write(Sample);
        await log.FlushAsync();
        Assert.Equal(1, log.DroppedMessages);
    }

    [Fact]
    public async Task LastLineOfACrash_IsLeftOut_AndAnyOtherIsAnError()
    {
        await using (var log = new FileMessageLog(_directory))
        {
            log.Write(Sample);
        }

        var file = Assert.Single(Files);
        await File.AppendAllTextAsync(file, "{\"instant\":\"2026");
        Assert.Single(await ReadAsync(file));
        await File.AppendAllTextAsync(file, "\n{}\n");
        await Assert.ThrowsAsync<FormatException>(() => ReadAsync(file));
    }

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static (string Octets, LoggedMessage Facts) Comparable(LoggedMessage message) =>
        (Convert.ToHexString(message.Envelope.Span), message with { Envelope = default });

    private static async Task<List<LoggedMessage>> ReadAsync(string path)
    {
        var all = new List<LoggedMessage>();
        await foreach (var message in FileMessageLog.ReadAsync(path))
        {
            all.Add(message);
        }

        return all;
    }
}
