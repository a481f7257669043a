using Microsoft.Extensions.Logging;

namespace SecureConversation.Fuzz.Sealing;

/// <summary>Keeps the errors that the library logs: each of them is a finding.</summary>
internal sealed class FuzzLog : ILogger, ILoggerProvider
{
    private string? _error;

    /// <exception cref="FuzzFindingException">An error was logged since the last call.</exception>
    public void RequireNoError()
    {
        var error = _error;
        _error = null;
        if (error is not null)
        {
            throw new FuzzFindingException(error);
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // Formatted at every level, since a log that fails to be written is a failure too.
        var text = formatter(state, exception);
        if (logLevel >= LogLevel.Error)
        {
            _error ??= $"logged: {text} {exception}";
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }
}
