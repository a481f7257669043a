using SecureConversation.Engine.Send;

namespace SecureConversation.Engine.Handshake;

/// <summary>What the service answers to a message of a handshake: a response or a fault, protected either way.</summary>
/// <param name="Message">The protected envelope.</param>
/// <param name="Code">Why the request was refused; <see cref="FailureCode.None"/> for a response.</param>
internal readonly record struct ServiceAnswer(SecuredMessage Message, FailureCode Code);
