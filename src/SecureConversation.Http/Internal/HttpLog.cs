using Microsoft.Extensions.Logging;

namespace SecureConversation.Http.Internal;

/// <summary>Events of the HTTP client. Ids are never reused; nothing here prints keys, passwords or content.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(200, LogLevel.Debug, "Opening a session with {Address}.")]
    public static partial void Opening(ILogger logger, string address);

    [LoggerMessage(201, LogLevel.Warning, "No session could be opened with {Address}.")]
    public static partial void OpenFailed(ILogger logger, string address, Exception exception);

    [LoggerMessage(202, LogLevel.Information, "Session {SessionId} with {Address} is replaced before its key expires.")]
    public static partial void Replaced(ILogger logger, string sessionId, string address);

    [LoggerMessage(203, LogLevel.Warning, "Session {SessionId} with {Address} is not used any more: the service does not know it or has "
        + "ended it, or a reply in it was refused ({Code}). The next request opens a new one.")]
    public static partial void Lost(ILogger logger, string sessionId, string address, FailureCode code);

    [LoggerMessage(204, LogLevel.Information, "Session {SessionId} with {Address} is cancelled.")]
    public static partial void Cancelled(ILogger logger, string sessionId, string address);

    [LoggerMessage(205, LogLevel.Warning,
        "{Address} could not be told that session {SessionId} is over; it ends there by its idle timeout.")]
    public static partial void CancelFailed(ILogger logger, string sessionId, string address, Exception exception);

    [LoggerMessage(206, LogLevel.Warning, "A request with action {Action} is sent once more, in a new session.")]
    public static partial void Retrying(ILogger logger, string action);

    [LoggerMessage(208, LogLevel.Information, "{Address} did not know session {SessionId} any more: there was nothing to cancel.")]
    public static partial void Gone(ILogger logger, string sessionId, string address);

    [LoggerMessage(209, LogLevel.Warning, "The reliable session in session {SessionId} with {Address} could not be ended in order.")]
    public static partial void SequenceNotClosed(ILogger logger, string sessionId, string address, Exception exception);

    [LoggerMessage(207, LogLevel.Warning, "Not all sessions could be ended in time.")]
    public static partial void CloseAbandoned(ILogger logger, Exception exception);

    [LoggerMessage(220, LogLevel.Error, "The options changed, and their Credentials could not be taken: the client goes on with those "
        + "that it has.")]
    public static partial void CredentialsNotTaken(ILogger logger, Exception exception);

    [LoggerMessage(221, LogLevel.Error, "The configuration or a certificate file changed, and the settings could not be used: the "
        + "client goes on with those that it has. {Problem}")]
    public static partial void SettingsNotTaken(ILogger logger, string problem, Exception exception);

    [LoggerMessage(211, LogLevel.Debug, "The key of session {SessionId} with {Address} is renewed.")]
    public static partial void Renewed(ILogger logger, string sessionId, string address);

    [LoggerMessage(212, LogLevel.Warning, "The key of session {SessionId} with {Address} could not be renewed.")]
    public static partial void RenewalFailed(ILogger logger, string sessionId, string address, Exception exception);
}
