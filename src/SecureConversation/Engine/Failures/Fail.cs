using System.Diagnostics.CodeAnalysis;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Failures;

/// <summary>Refuses a message. All refusals inside the engine go through this class; client and service catch the exception.</summary>
internal static class Fail
{
    [DoesNotReturn]
    public static void With(FailureCode code, string? detail = null) => throw new SecurityFailureException(code, detail);

    [DoesNotReturn]
    public static T With<T>(FailureCode code, string? detail = null) => throw new SecurityFailureException(code, detail);
}

/// <summary>The exception for a message that breaks a rule. Client and service translate it; it never leaves the engine.</summary>
internal sealed class SecurityFailureException(FailureCode code, string? detail = null)
    : Exception(detail is null ? code.ToString() : $"{code}: {detail}")
{
    public FailureCode Code { get; } = code;

    /// <summary>The element or rule concerned. Never contains content, keys or lengths of plaintext.</summary>
    public string? Detail { get; } = detail;

    /// <summary>The fault that the application answers with; null for that of <see cref="FaultMap"/>.</summary>
    public AuthenticationFaultException? Answer { get; init; }

    /// <summary>What code of the application threw; null where a rule was broken.</summary>
    public Exception? Thrown { get; init; }
}
