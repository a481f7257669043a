using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SecureConversation.AspNetCore.Tests.Support;

internal sealed record LogEntry(string Category, LogLevel Level, int Id, string Text, Exception? Exception);

/// <summary>Keeps what a host logged, and lets tests wait for an event in place of sleeping.</summary>
internal sealed class RecordedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _seen = new();

    public IReadOnlyCollection<LogEntry> Entries => _entries;

    /// <summary>Completes when an event of the library with this id has been logged.</summary>
    public Task SeenAsync(int id) => Seen(id).Task.WaitAsync(TimeSpan.FromSeconds(30));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private TaskCompletionSource Seen(int id) =>
        _seen.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class Logger(RecordedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            log._entries.Enqueue(new LogEntry(category, logLevel, eventId.Id, formatter(state, exception), exception));
            if (category.StartsWith("SecureConversation", StringComparison.Ordinal))
            {
                log.Seen(eventId.Id).TrySetResult();
            }
        }
    }
}
