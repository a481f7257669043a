using System.Net;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// What is known about a message that was refused, and why it was. The sender wrote most of it and nothing was verified, so the log cuts
/// it. What is null is not known, and the log does not speak of it.
/// </summary>
internal readonly record struct RefusedMessage(FailureCode Code)
{
    /// <summary>The element or rule concerned, or the setting that limits.</summary>
    public string? Detail { get; init; }

    /// <summary>What the message has.</summary>
    public string? Found { get; init; }

    /// <summary>What it should have.</summary>
    public string? Expected { get; init; }

    /// <summary>Its a:Action, or what the transport says its action is.</summary>
    public string? Action { get; init; }

    /// <summary>Its a:MessageID; of a reply a:RelatesTo.</summary>
    public string? MessageId { get; init; }

    /// <summary>The identifier of the security context that it names or belongs to.</summary>
    public string? SessionId { get; init; }

    /// <summary>Where it came from.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>The name, or subject and thumbprint, of who sent it.</summary>
    public string? Client { get; init; }

    /// <summary>What was thrown where no rule was broken.</summary>
    public Exception? Thrown { get; init; }

    /// <summary>What the private key of another provider threw; null for nothing.</summary>
    public Exception? KeyFailure { get; init; }

    public static RefusedMessage Of(SecurityFailureException e) => new(e.Code)
    {
        Detail = e.Detail,
        Found = e.Found,
        Expected = e.Expected,
        SessionId = e.SessionId,
        Client = e.Client,
        Thrown = e.Thrown,
    };
}
