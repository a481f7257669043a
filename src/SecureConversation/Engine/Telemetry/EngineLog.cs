using Microsoft.Extensions.Logging;

namespace SecureConversation.Engine.Telemetry;

/// <summary>Log events of the engine. Ids are never reused. No event contains keys, passwords or message content.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1, LogLevel.Information, "Message refused: {Code} ({Detail}).")]
    public static partial void Refused(ILogger logger, FailureCode code, string? detail);

    [LoggerMessage(2, LogLevel.Information, "Session {SessionId} issued to {User}.")]
    public static partial void SessionIssued(ILogger logger, string sessionId, string user);

    [LoggerMessage(3, LogLevel.Information, "Session {SessionId} closed: {Reason}.")]
    public static partial void SessionClosed(ILogger logger, string sessionId, string reason);

    [LoggerMessage(4, LogLevel.Error, "A defect of the library while receiving a message.")]
    public static partial void Defect(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "A callback of the application failed when a session had ended.")]
    public static partial void CallbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "Message refused: {Code}, because {Setting} is used up.")]
    public static partial void LimitReached(ILogger logger, FailureCode code, string setting);

    [LoggerMessage(8, LogLevel.Information, "{Count} more messages were refused within a second: {Code}.")]
    public static partial void RefusedMore(ILogger logger, long count, FailureCode code);

    [LoggerMessage(5, LogLevel.Information, "Session {SessionId} opened.")]
    public static partial void SessionOpened(ILogger logger, string sessionId);
}
