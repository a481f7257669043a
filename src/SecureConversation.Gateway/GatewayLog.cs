namespace SecureConversation.Gateway;

/// <summary>Events of the gateway. Ids are never reused; nothing here prints keys, passwords, tokens or content.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(700, LogLevel.Information, "The gateway has {Outward} outward and {Inward} inward routes.")]
    public static partial void Started(ILogger logger, int outward, int inward);

    [LoggerMessage(701, LogLevel.Information, "The settings changed: {Added} routes are new or changed, {Removed} are gone, {Kept} stay as "
        + "they were, with their sessions.")]
    public static partial void Reloaded(ILogger logger, int added, int removed, int kept);

    [LoggerMessage(702, LogLevel.Error, "The changed settings cannot be used, and the gateway goes on with those before: {Problems}")]
    public static partial void ReloadRefused(ILogger logger, string problems, Exception? exception);

    [LoggerMessage(703, LogLevel.Warning, "{Setting} changed; it counts from the next start of the gateway.")]
    public static partial void NeedsRestart(ILogger logger, string setting);

    [LoggerMessage(704, LogLevel.Warning, "Outward call on route {Route} failed: {Failure}. The client got status {StatusCode}.")]
    public static partial void OutwardFailed(ILogger logger, string route, string failure, int statusCode, Exception? exception);

    [LoggerMessage(705, LogLevel.Warning, "Inward call on route {Route} failed: the service at {Address} did not answer ({Error}). "
        + "The client got a protected fault.")]
    public static partial void InwardFailed(ILogger logger, string route, string address, string error, Exception? exception);

    [LoggerMessage(706, LogLevel.Information, "Outward request on route {Route} refused with status {StatusCode}: {Reason}")]
    public static partial void RequestRefused(ILogger logger, string route, int statusCode, string reason);

    [LoggerMessage(707, LogLevel.Warning, "Request refused, because MaxConcurrentRequests ({Limit}) of its side are under way.")]
    public static partial void Busy(ILogger logger, int limit);

    [LoggerMessage(708, LogLevel.Warning, "The description of route {Route} cannot be served: {Problem}")]
    public static partial void WsdlFailed(ILogger logger, string route, string problem, Exception? exception);

    [LoggerMessage(709, LogLevel.Warning,
        "The credentials of outward route {Route} changed and cannot be used; those before stay: {Problem}")]
    public static partial void CredentialsNotTaken(ILogger logger, string route, string problem);

    [LoggerMessage(710, LogLevel.Information, "The gateway stops: it is not ready any more, and ends in {Delay}.")]
    public static partial void Stopping(ILogger logger, TimeSpan delay);

    [LoggerMessage(711, LogLevel.Warning, "{Count} more requests were refused, because MaxConcurrentRequests are under way.")]
    public static partial void MoreBusy(ILogger logger, int count);
}
