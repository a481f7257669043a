using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// Logs the requests that an endpoint refuses before they are messages: of each status the first of every second, then how many more there
/// were, so that no stranger can fill the log. The same holds for failures of the application on messages of callers without a name.
/// </summary>
internal sealed class RefusalLog(ILogger logger, TimeProvider clock, int maxRequestBytes) : IDisposable
{
    private readonly ConcurrentDictionary<int, LogLimit> _limits = new();
    private readonly LogLimit _denied = new(LogLimit.EntriesPerSecond, clock, more => AspNetCoreLog.MoreDenied(logger, more));
    private readonly LogLimit _unread = new(LogLimit.EntriesPerSecond, clock, more => AspNetCoreLog.MoreRepliesUnread(logger, more));
    private readonly LogLimit _failures = new(LogLimit.EntriesPerSecond, clock, more => AspNetCoreLog.MoreFailures(logger, more));

    /// <summary>
    /// Logs that policies refuse the sender of a verified message. Where a binding asks for no credentials, anybody is one.
    /// </summary>
    /// <param name="action">The action of the message.</param>
    /// <param name="scheme">The authentication scheme of another kind that the policies ask for; null where that is not the reason.</param>
    public void WriteDenied(string? action, string? scheme)
    {
        if (!_denied.TryTake())
        {
            return;
        }

        if (scheme is not null)
        {
            AspNetCoreLog.OtherScheme(logger, LogText.OfActionOrNone(action), scheme);
        }
        else
        {
            AspNetCoreLog.AccessDenied(logger, LogText.OfActionOrNone(action));
        }
    }

    /// <summary>Logs that the application failed on a message.</summary>
    public void WriteApplicationFailed(ClaimsPrincipal user, string? action, Exception failure)
    {
        if (MayWrite(user))
        {
            AspNetCoreLog.ApplicationFailed(logger, LogText.OfActionOrNone(action), failure);
        }
    }

    /// <summary>Logs that a reply of the application cannot be protected.</summary>
    public void WriteNotProtectable(ClaimsPrincipal user, string? action, Exception failure)
    {
        if (MayWrite(user))
        {
            AspNetCoreLog.ReplyNotProtectable(logger, LogText.OfActionOrNone(action), failure);
        }
    }

    /// <summary>Logs that a reply was given up which its receiver did not read.</summary>
    public void WriteUnread()
    {
        if (_unread.TryTake())
        {
            AspNetCoreLog.ReplyUnread(logger);
        }
    }

    /// <summary>Logs a defect of the library, or of the server.</summary>
    public void WriteDefect(Exception defect)
    {
        if (_limits.GetOrAdd(StatusCodes.Status500InternalServerError, Limit).TryTake())
        {
            AspNetCoreLog.Defect(logger, defect);
        }
    }

    /// <param name="statusCode">The status of the response.</param>
    /// <param name="hasNoAddress">Whether the URL is the reason.</param>
    public void Write(int statusCode, bool hasNoAddress = false)
    {
        if (!_limits.GetOrAdd(statusCode, Limit).TryTake())
        {
            return;
        }

        if (statusCode == StatusCodes.Status503ServiceUnavailable)
        {
            AspNetCoreLog.MemoryUsedUp(logger);
        }
        else if (statusCode == StatusCodes.Status413PayloadTooLarge)
        {
            AspNetCoreLog.TooLarge(logger, maxRequestBytes);
        }
        else if (hasNoAddress)
        {
            AspNetCoreLog.NoAddress(logger, statusCode);
        }
        else
        {
            AspNetCoreLog.RequestRefused(logger, statusCode);
        }
    }

    /// <summary>Logs that a request has another content type than the binding.</summary>
    public void WriteContentType(HttpContext context, string expected)
    {
        const int status = StatusCodes.Status415UnsupportedMediaType;
        if (_limits.GetOrAdd(status, Limit).TryTake())
        {
            var request = context.Request;
            AspNetCoreLog.WrongContentType(logger, status, Of(request.ContentType), Of(request.Headers.ContentEncoding), expected,
                context.Connection.RemoteIpAddress?.ToString() ?? "an unknown address");
        }

        static string Of(string? value) => string.IsNullOrEmpty(value) ? "none" : LogText.Short(value, LogText.MaxName);
    }

    public void Dispose()
    {
        foreach (var limit in _limits.Values)
        {
            limit.Dispose();
        }

        _denied.Dispose();
        _unread.Dispose();
        _failures.Dispose();
    }

    // Whoever has a name can be found by it.
    private bool MayWrite(ClaimsPrincipal user) => user.Identity is { IsAuthenticated: true } || _failures.TryTake();

    private LogLimit Limit(int statusCode) =>
        new(LogLimit.EntriesPerSecond, clock, more => AspNetCoreLog.MoreRequestsRefused(logger, more, statusCode));
}
