using Microsoft.Extensions.Logging;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Events of the WCF client. Ids are never reused; nothing here prints keys, passwords or content.</summary>
internal static partial class ServiceModelLog
{
    [LoggerMessage(500, LogLevel.Debug, "Opening a session with {Address}.")]
    public static partial void Opening(ILogger logger, Uri address);

    [LoggerMessage(501, LogLevel.Warning, "No session could be opened with {Address}.")]
    public static partial void OpenFailed(ILogger logger, Uri address, Exception exception);

    [LoggerMessage(502, LogLevel.Information, "Session {SessionId} with {Address} is cancelled.")]
    public static partial void Cancelled(ILogger logger, string sessionId, Uri address);

    [LoggerMessage(503, LogLevel.Warning,
        "{Address} could not be told that session {SessionId} is over; it ends there by its idle timeout.")]
    public static partial void CancelFailed(ILogger logger, string sessionId, Uri address, Exception exception);

    [LoggerMessage(504, LogLevel.Warning, "The channel of session {SessionId} with {Address} is faulted: the service does not know the "
        + "session or has ended it, its key has expired, or a reply in it was refused ({Code}).")]
    public static partial void Lost(ILogger logger, string sessionId, Uri address, FailureCode code);

    [LoggerMessage(505, LogLevel.Warning, "Session {SessionId} with {Address} is not used any more: the service does not know it or has "
        + "ended it, its key has expired, or a reply in it was refused ({Code}). The next call opens another.")]
    public static partial void LostAndReopened(ILogger logger, string sessionId, Uri address, FailureCode code);

    [LoggerMessage(506, LogLevel.Warning, "The call of {Action} at {Address}, which is marked as idempotent, is made once more.")]
    public static partial void Repeating(ILogger logger, string action, Uri address);

    [LoggerMessage(507, LogLevel.Debug, "The key of session {SessionId} with {Address} is renewed.")]
    public static partial void Renewed(ILogger logger, string sessionId, Uri address);

    [LoggerMessage(508, LogLevel.Warning, "The key of session {SessionId} with {Address} could not be renewed.")]
    public static partial void RenewalFailed(ILogger logger, string sessionId, Uri address, Exception exception);

    [LoggerMessage(509, LogLevel.Information,
        "{Address} has forgotten what was negotiated with it before the handshake of a session was over: it is negotiated once more.")]
    public static partial void NegotiatingAgain(ILogger logger, Uri address);
}
