using Microsoft.Extensions.Logging;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Events of the ASP.NET Core host. Ids are never reused; nothing here prints keys, passwords or content.</summary>
internal static partial class AspNetCoreLog
{
    [LoggerMessage(300, LogLevel.Information, "HTTP request refused with status {StatusCode}.")]
    public static partial void RequestRefused(ILogger logger, int statusCode);

    [LoggerMessage(316, LogLevel.Information, "HTTP request refused with status {StatusCode}: Content-Type {Found}, Content-Encoding "
        + "{ContentEncoding}. Expected: Content-Type {Expected} (MessageVersion, MessageEncoding) and no encoding. From {RemoteAddress}. "
        + "See ContentTypeMismatch in docs/failures.md.")]
    public static partial void WrongContentType(
        ILogger logger, int statusCode, string found, string contentEncoding, string expected, string remoteAddress);

    [LoggerMessage(305, LogLevel.Information, "{Count} more HTTP requests were refused within a second with status {StatusCode}.")]
    public static partial void MoreRequestsRefused(ILogger logger, int count, int statusCode);

    [LoggerMessage(306, LogLevel.Warning, "HTTP request refused with status 503, because MaxBufferedRequestBytes is used up and its sender "
        + "holds as much of it as others, or more. Where honest clients are refused, raise it or lower RequestBodyTimeout.")]
    public static partial void MemoryUsedUp(ILogger logger);

    [LoggerMessage(312, LogLevel.Information, "HTTP request refused with status 413: its body is larger than MaxRequestBytes "
        + "({MaxRequestBytes}). It is not read to its end, so its sender may see a connection that was closed and no status. Where honest "
        + "clients are refused, raise it in the options of the endpoint.")]
    public static partial void TooLarge(ILogger logger, int maxRequestBytes);

    [LoggerMessage(307, LogLevel.Information, "HTTP request refused with status {StatusCode}: no wsa:To can be compared with its URL. "
        + "It has no Host header, or one that is no host and port, or the segments . or .. in its path. "
        + "A proxy that writes such a Host needs to be set up to write another, or Address to be set.")]
    public static partial void NoAddress(ILogger logger, int statusCode);

    [LoggerMessage(309, LogLevel.Information, "A reply was not sent to its end, and the connection was aborted: its receiver took "
        + "longer than ReplySendTimeout, or MaxBufferedRequestBytes is used up and he holds more of it than others. "
        + "Where honest clients read slowly, raise them.")]
    public static partial void ReplyUnread(ILogger logger);

    [LoggerMessage(310, LogLevel.Information, "{Count} more replies that were not read were given up within a second.")]
    public static partial void MoreRepliesUnread(ILogger logger, int count);

    [LoggerMessage(308, LogLevel.Error, "A defect of the library or the server while answering an HTTP request; it got status 500.")]
    public static partial void Defect(ILogger logger, Exception exception);

    [LoggerMessage(301, LogLevel.Error,
        "The application failed on a message with action {Action}; the client was answered by InternalServiceFault.")]
    public static partial void ApplicationFailed(ILogger logger, string action, Exception exception);

    [LoggerMessage(302, LogLevel.Error,
        "The reply to a message with action {Action} cannot be protected; the client was answered by InternalServiceFault.")]
    public static partial void ReplyNotProtectable(ILogger logger, string action, Exception exception);

    [LoggerMessage(311, LogLevel.Error,
        "{Count} more messages of callers without a name got InternalServiceFault within a second: see events 301 and 302.")]
    public static partial void MoreFailures(ILogger logger, int count);

    [LoggerMessage(303, LogLevel.Debug, "The client has gone.")]
    public static partial void ClientGone(ILogger logger);

    [LoggerMessage(314, LogLevel.Information, "The policies of the endpoint refuse the verified sender of a message with action {Action}; "
        + "the client was answered by the fault FailedAuthentication, access is denied.")]
    public static partial void AccessDenied(ILogger logger, string action);

    [LoggerMessage(313, LogLevel.Information, "{Count} more verified messages were refused by the policies of endpoints within a second.")]
    public static partial void MoreDenied(ILogger logger, int count);

    [LoggerMessage(315, LogLevel.Warning, "A policy refuses the verified sender of a message with action {Action}, as it would any: it "
        + "names the authentication scheme {Scheme} and not SecureConversation, and nobody else is known behind message security. Let it "
        + "name no scheme, or SecureConversation, which services.AddAuthentication().AddSecureConversation() adds.")]
    public static partial void OtherScheme(ILogger logger, string action, string scheme);

    [LoggerMessage(320, LogLevel.Error, "The options changed, and their Credentials could not be taken: the service goes on with those "
        + "that it has.")]
    public static partial void CredentialsNotTaken(ILogger logger, Exception exception);

    [LoggerMessage(321, LogLevel.Error, "The configuration or a certificate file changed, and the settings could not be used: the "
        + "service goes on with those that it has. {Problem}")]
    public static partial void SettingsNotTaken(ILogger logger, string problem, Exception exception);

    [LoggerMessage(304, LogLevel.Debug, "The application answered a message with action {Action} by a fault.")]
    public static partial void ApplicationFault(ILogger logger, string action, Exception exception);
}
