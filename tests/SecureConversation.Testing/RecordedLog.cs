using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Xunit;
using Xunit.Sdk;

namespace SecureConversation.Testing;

public sealed record LogEntry(string Category, LogLevel Level, int Id, string Text, Exception? Exception)
{
    public bool IsOfTheLibrary => Category.StartsWith("SecureConversation", StringComparison.Ordinal);
}

/// <summary>
/// What the hosts and clients of one test logged. Every host and client that a test starts logs to <see cref="Current"/>. Where the assembly
/// has <see cref="NoUnexpectedErrorsAttribute"/>, an error that the test did not announce fails it.
/// </summary>
public sealed class RecordedLog : ILoggerProvider, ILoggerFactory
{
    private static readonly ConditionalWeakTable<ITest, RecordedLog> OfTests = [];

    private readonly ConcurrentQueue<LogEntry> entries = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> seen = new();
    private readonly ConcurrentBag<int> expected = [];
    private readonly ConcurrentBag<Func<LogEntry, bool>> allowed = [];

    /// <summary>The log of the test that runs. Threads that the test did not start have none, so a host takes it when it is built.</summary>
    public static RecordedLog Current =>
        OfTests.GetOrCreateValue(TestContext.Current.Test ?? throw new InvalidOperationException("No test is running here: there is no log to write to."));

    public IReadOnlyCollection<LogEntry> Entries => entries;

    /// <summary>Called on the thread that logs.</summary>
    public event Action<LogEntry>? Logged;

    /// <summary>Completes when an event of the library with this id has been logged, so that tests need not sleep.</summary>
    public Task SeenAsync(int id) => Seen(id).Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>The library has to log an error with this id.</summary>
    public void ExpectError(int id) => expected.Add(id);

    /// <summary>The test is about to be skipped: errors that it announced are not missed.</summary>
    public void ExpectNothing() => expected.Clear();

    /// <summary>Errors of this kind may be logged; other stacks log them or do not.</summary>
    public void AllowErrors(Func<LogEntry, bool> kind) => allowed.Add(kind);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <summary>Does nothing: a host disposes of its logs, and the test reads them after that.</summary>
    public void Dispose()
    {
    }

    internal static void Check(ITest test)
    {
        if (OfTests.TryGetValue(test, out var log))
        {
            log.Check();
        }
    }

    internal void Check()
    {
        var errors = entries.Where(entry => entry.Level >= LogLevel.Error).ToList();
        var unexpected = errors.Where(entry => !IsExpected(entry)).ToList();
        if (unexpected.Count != 0)
        {
            Assert.Fail("Errors were logged that the test did not expect:" + Environment.NewLine + string.Join(Environment.NewLine, unexpected));
        }

        Assert.All(expected, id => Assert.Contains(errors, entry => entry.IsOfTheLibrary && entry.Id == id));
    }

    private bool IsExpected(LogEntry entry) => (entry.IsOfTheLibrary && expected.Contains(entry.Id)) || allowed.Any(kind => kind(entry));

    private TaskCompletionSource Seen(int id) =>
        seen.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Add(LogEntry entry)
    {
        entries.Enqueue(entry);
        if (entry.IsOfTheLibrary)
        {
            Seen(entry.Id).TrySetResult();
        }

        Logged?.Invoke(entry);
    }

    private sealed class Logger(RecordedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(new LogEntry(category, logLevel, eventId.Id, formatter(state, exception), exception));
    }
}
