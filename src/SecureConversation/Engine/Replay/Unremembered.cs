namespace SecureConversation.Engine.Replay;

/// <summary>Why a message is not in the replay cache.</summary>
/// <param name="Code">The failure that its sender is answered with.</param>
/// <param name="Detail">The limit or the setting concerned.</param>
/// <param name="Thrown">What the cache threw; null where a limit was met.</param>
internal sealed record Unremembered(FailureCode Code, string Detail, Exception? Thrown = null);
