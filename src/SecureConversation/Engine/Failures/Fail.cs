using System.Diagnostics.CodeAnalysis;

namespace SecureConversation.Engine.Failures;

/// <summary>The one way a message is refused inside the engine; caught once, at the boundary of a role.</summary>
internal static class Fail
{
    [DoesNotReturn]
    public static void With(FailureCode code, string? detail = null) => throw new SecurityFailureException(code, detail);

    [DoesNotReturn]
    public static T With<T>(FailureCode code, string? detail = null) => throw new SecurityFailureException(code, detail);
}

/// <summary>Carries a <see cref="FailureCode"/> from the rule that failed to the boundary. Never leaves the engine.</summary>
internal sealed class SecurityFailureException(FailureCode code, string? detail = null)
    : Exception(detail is null ? code.ToString() : $"{code}: {detail}")
{
    public FailureCode Code { get; } = code;

    /// <summary>Names of elements and rules only, never content, keys or lengths of plaintext.</summary>
    public string? Detail { get; } = detail;
}
