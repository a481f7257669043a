using SecureConversation.Engine.Send;

namespace SecureConversation.Engine.Handshake;

/// <summary>The answer of the service to a handshake message: a response or a fault. Both are protected.</summary>
/// <param name="Message">The protected envelope.</param>
/// <param name="Code">Why the request was refused; <see cref="FailureCode.None"/> for a response.</param>
internal readonly record struct ServiceAnswer(SecuredMessage Message, FailureCode Code);
