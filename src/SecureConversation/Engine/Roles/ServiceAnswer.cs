using SecureConversation.Engine.Send;

namespace SecureConversation.Engine.Roles;

/// <summary>A protected answer of the service itself: a response to a handshake message, or a fault.</summary>
/// <param name="Message">The protected envelope.</param>
/// <param name="Code">Why the request was refused; <see cref="FailureCode.None"/> for a response.</param>
/// <param name="Opened">The session that the answer opens; null for any other answer.</param>
internal readonly record struct ServiceAnswer(SecuredMessage Message, FailureCode Code, ServiceSession? Opened = null)
{
    /// <summary>Whether it is the kept reply of an application, and a fault.</summary>
    public bool IsFault { get; init; }
}
