using System.Diagnostics.CodeAnalysis;

namespace SecureConversation.Engine.Failures;

/// <summary>
/// Refuses a message. All refusals inside the engine go through this class; client and service catch the exception. Texts are made by
/// those who refuse, so a message that is accepted pays for none.
/// </summary>
internal static class Fail
{
    /// <param name="code">The rule that the message breaks.</param>
    /// <param name="detail">The element, rule or setting concerned. Never content.</param>
    /// <param name="found">What the message has: a name, a URI, a number, a time, perhaps of a stranger. Null to say nothing.</param>
    /// <param name="expected">What it should have, with the setting that says so; null to say nothing.</param>
    [DoesNotReturn]
    public static void With(FailureCode code, string? detail = null, string? found = null, string? expected = null) =>
        throw new SecurityFailureException(code, detail) { Found = found, Expected = expected };

    /// <inheritdoc cref="With"/>
    [DoesNotReturn]
    public static T With<T>(FailureCode code, string? detail = null, string? found = null, string? expected = null) =>
        throw new SecurityFailureException(code, detail) { Found = found, Expected = expected };
}
