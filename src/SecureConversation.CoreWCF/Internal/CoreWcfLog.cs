using Microsoft.Extensions.Logging;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>Events of the CoreWCF adapter. Ids are never reused; nothing here prints keys, passwords or content.</summary>
internal static partial class CoreWcfLog
{
    [LoggerMessage(400, LogLevel.Information, "A validator of the application refused a client with {Exception}.")]
    public static partial void ClientRefused(ILogger logger, string exception);

    [LoggerMessage(403, LogLevel.Information, "Validators of the application refused {Count} more clients within a second.")]
    public static partial void MoreClientsRefused(ILogger logger, int count);

    [LoggerMessage(401, LogLevel.Error,
        "The reply to a message with action {Action} cannot be protected; the client was answered by InternalServiceFault.")]
    public static partial void ReplyNotProtectable(ILogger logger, string? action, Exception exception);

    [LoggerMessage(405, LogLevel.Warning, "{Setting} accepts everybody: it is {Value}. Whoever sends a message is who he says he is.")]
    public static partial void AcceptsEverybody(ILogger logger, string setting, string value);

    [LoggerMessage(406, LogLevel.Warning, "ServiceCredentials could not be made read-only: what is set there from now on has no effect.")]
    public static partial void CredentialsNotKept(ILogger logger, Exception exception);

    [LoggerMessage(404, LogLevel.Debug,
        "Session {Session} is ended: its client was gone before the answer could be sent ({Exception}).")]
    public static partial void ClientGone(ILogger logger, string session, string exception);

    [LoggerMessage(407, LogLevel.Error,
        "{Count} more replies to callers without a name could not be protected within a second: see event 401.")]
    public static partial void MoreNotProtectable(ILogger logger, int count);

    [LoggerMessage(408, LogLevel.Warning,
        "{Transport} shows no address of its clients: the connections of all count as those of one, who gets three quarters of "
            + "MaxPendingSessions. An idle client may shut out others.")]
    public static partial void ConnectionWithoutAddress(ILogger logger, string transport);

    [LoggerMessage(409, LogLevel.Warning, "A connection without a session could not be ended.")]
    public static partial void ConnectionNotEnded(ILogger logger, Exception exception);

    [LoggerMessage(402, LogLevel.Warning, "The service instance of session {Session} could not be ended.")]
    public static partial void SessionNotEnded(ILogger logger, string session, Exception exception);
}
