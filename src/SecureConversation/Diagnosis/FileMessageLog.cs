using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Diagnosis;

/// <summary>
/// Writes messages to files of one JSON object a line, which <see cref="ReadAsync"/> reads again. A task of its own writes: no message
/// waits for a disk or fails because of it. Dispose of it when clients and services are gone; it then writes what it still has.
/// </summary>
public sealed class FileMessageLog : IMessageLog, IAsyncDisposable, IDisposable
{
    private const string Pattern = "messages-*.jsonl";
    private const int Overhead = 1024;

    private readonly FileMessageLogOptions _options;
    private readonly ILogger _log;
    private readonly Channel<Entry> _queue = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;
    private FileStream? _file;
    private long _queuedBytes;
    private long _dropped;
    private long _droppedBeforeFailure;
    private int _hasToldDrops;
    private int _unflushed;
    private int _number;
    private bool _isFailing;

    /// <summary>Begins a log. Files are made when the first message comes.</summary>
    /// <param name="directory">
    /// Where the files are, <c>messages-TIME-NUMBER.jsonl</c> by the time of their first message; made if it is missing. For one log of one
    /// process: another that uses it would delete its files. On Unix nobody but the user of the process can read the files.
    /// </param>
    /// <param name="options">All other settings; null for the defaults.</param>
    public FileMessageLog(string directory, FileMessageLogOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        DirectoryPath = Path.GetFullPath(directory);
        _options = options ?? new FileMessageLogOptions();
        _log = _options.LoggerFactory?.CreateLogger("SecureConversation.MessageLog") ?? (ILogger)NullLogger.Instance;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Where the files are.</summary>
    public string DirectoryPath { get; }

    /// <summary>
    /// How many messages were left out: the disk was too slow, or could not be written, or the log had been disposed of.
    /// </summary>
    public long DroppedMessages => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    public void Write(LoggedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var size = message.Envelope.Length + Overhead;
        if (Interlocked.Add(ref _queuedBytes, size) > _options.MaxQueuedBytes)
        {
            Interlocked.Add(ref _queuedBytes, -size);
            Drop();
            if (Interlocked.Exchange(ref _hasToldDrops, 1) == 0)
            {
                EngineLog.MessageLogDrops(_log, DirectoryPath, _options.MaxQueuedBytes);
            }

            return;
        }

        if (!_queue.Writer.TryWrite(new Entry(message with { Envelope = message.Envelope.ToArray() }, size, null)))
        {
            Drop();
        }
    }

    /// <summary>Waits until the files have all messages that were given before.</summary>
    public Task FlushAsync()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.Writer.TryWrite(new Entry(null, 0, written)) ? written.Task : _writing;
    }

    /// <summary>Reads the messages of one file. A last line that is not complete, as after a crash, is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FormatException">Another line is no message.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async IAsyncEnumerable<LoggedMessage> ReadAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // It may still be written.
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        while (line is not null)
        {
            var next = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            if (LoggedMessageFormat.TryRead(line) is { } message)
            {
                yield return message;
            }
            else if (next is not null)
            {
                throw new FormatException($"A line of {path} is no logged message.");
            }

            line = next;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _writing.GetAwaiter().GetResult();
    }

    private async Task WriteAllAsync()
    {
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_queue.Reader.TryRead(out var entry))
            {
                Guarded(entry.Message is { } message ? () => Append(message) : Flush);
                Interlocked.Add(ref _queuedBytes, -entry.Size);
                entry.Written?.TrySetResult();
            }

            Guarded(Flush);
        }

        Guarded(Close);
    }

    /// <summary>A file that failed is left as it is, and the next message begins another.</summary>
    private void Guarded(Action write)
    {
        try
        {
            write();
            if (_isFailing && _file is not null)
            {
                _isFailing = false;
                EngineLog.MessageLogWrittenAgain(_log, DirectoryPath, DroppedMessages - _droppedBeforeFailure);
            }
        }
        catch (Exception e)
        {
            if (!_isFailing)
            {
                (_isFailing, _droppedBeforeFailure) = (true, DroppedMessages);
                EngineLog.MessageLogNotWritten(_log, DirectoryPath, e);
            }

            Drop(_unflushed);
            _unflushed = 0;
            Abandon();
        }
    }

    private void Append(LoggedMessage message)
    {
        _unflushed++;
        if (_file is null || _file.Position >= _options.MaxFileBytes)
        {
            Close();
            _file = Begin(message.Instant);
        }

        LoggedMessageFormat.Write(message, _file);
        _file.WriteByte((byte)'\n');
    }

    private FileStream Begin(DateTimeOffset first)
    {
        Directory.CreateDirectory(DirectoryPath);
        var earlier = Directory.GetFiles(DirectoryPath, Pattern);
        Array.Sort(earlier, StringComparer.Ordinal);
        foreach (var old in earlier.AsSpan(0, Math.Max(0, earlier.Length - _options.MaxFiles + 1)))
        {
            File.Delete(old);
        }

        var time = first.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'.'fff'Z'", CultureInfo.InvariantCulture);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // The number goes on, or a file of the same millisecond could take the name of one that was deleted, and pass for older.
        while (true)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"messages-{time}-{_number++:D6}.jsonl");
            var path = Path.Combine(DirectoryPath, name);
            if (!File.Exists(path))
            {
                return new FileStream(path, options);
            }
        }
    }

    private void Flush()
    {
        _file?.Flush();
        _unflushed = 0;
    }

    private void Close()
    {
        var file = _file;
        _file = null;
        file?.Dispose();
    }

    // Disposing of it writes what it holds, which fails again.
    private void Abandon()
    {
        try
        {
            Close();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private void Drop(int number = 1)
    {
        Interlocked.Add(ref _dropped, number);
        EngineMetrics.UnloggedMessages.Add(number);
    }

    /// <param name="Message">A message; null for the wish to know when those before are written.</param>
    /// <param name="Size">How many bytes of the queue it takes.</param>
    /// <param name="Written">Told when what was before is written.</param>
    private readonly record struct Entry(LoggedMessage? Message, long Size, TaskCompletionSource? Written);
}
