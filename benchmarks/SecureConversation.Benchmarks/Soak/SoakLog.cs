using Microsoft.Extensions.Logging;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>The log of all hosts and clients: an entry at the level Error or above is a problem.</summary>
internal sealed class SoakLog(SoakLedger ledger) : ILoggerProvider, ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            ledger.Report($"logged: {formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
    }
}
