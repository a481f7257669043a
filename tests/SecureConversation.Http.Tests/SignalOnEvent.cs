using Microsoft.Extensions.Logging;

namespace SecureConversation.Http.Tests;

/// <summary>Completes a task when an event is logged.</summary>
public sealed class SignalOnEvent(int awaited, TaskCompletionSource signal) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == awaited)
        {
            signal.TrySetResult();
        }
    }

    public void Dispose()
    {
    }
}
