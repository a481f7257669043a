using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Failures;

/// <summary>The exception for a message that breaks a rule. Client and service translate it; it never leaves the engine.</summary>
internal sealed class SecurityFailureException(FailureCode code, string? detail = null) : Exception
{
    public FailureCode Code { get; } = code;

    /// <summary>The element or rule concerned. Never contains content, keys or lengths of plaintext.</summary>
    public string? Detail { get; } = detail;

    /// <summary>What the message has; null when nothing is said. A stranger may have written it.</summary>
    public string? Found { get; init; }

    /// <summary>What the message should have; null when nothing is said.</summary>
    public string? Expected { get; init; }

    /// <summary>The session that the message names or belongs to; null when none is known.</summary>
    public string? SessionId { get; set; }

    /// <summary>Who sent the message, by what he proved or claims; null when nothing is known of him.</summary>
    public string? Client { get; private set; }

    /// <summary>The fault that the application answers with; null for that of <see cref="FaultMap"/>.</summary>
    public AuthenticationFaultException? Answer { get; init; }

    /// <summary>What code of the application threw; null where a rule was broken.</summary>
    public Exception? Thrown { get; init; }

    /// <summary>All of it in one line. Made when it is asked for: most refusals are only counted.</summary>
    public override string Message => LogText.Short(
        $"{Code}{(Detail is null ? "" : $": {Detail}")}{(Found, Expected) switch
        {
            (null, null) => "",
            (null, _) => $" (expected: {Expected})",
            (_, null) => $" (found: {Found})",
            _ => $" (found: {Found}; expected: {Expected})",
        }}",
        LogText.MaxSentence);

    /// <summary>
    /// Notes whose message it is, for a filter of exceptions: what is known of him is disposed of later. The first who knows is right.
    /// </summary>
    /// <returns>False, so that the filter lets the exception go on.</returns>
    public bool IsOf(X509Certificate2? certificate)
    {
        Client ??= certificate is null ? null : FailureText.Certificate(certificate);
        return false;
    }

    /// <inheritdoc cref="IsOf(X509Certificate2?)"/>
    public bool IsOf(string? client)
    {
        Client ??= client is null ? null : LogText.Short(client, LogText.MaxName);
        return false;
    }

    /// <summary>The same of a message in a session.</summary>
    public bool IsOf(string session, ClaimsPrincipal user, X509Certificate2? certificate)
    {
        SessionId ??= session;
        return certificate is not null ? IsOf(certificate) : IsOf(user.Identity?.Name);
    }
}
