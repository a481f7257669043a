namespace SecureConversation.Engine.Sessions;

/// <summary>A security context, or another key for one, on the side of the client.</summary>
/// <param name="Key">The key, with the keys for requests.</param>
/// <param name="Validity">How long the key is valid by what the service said; null when it did not say.</param>
internal sealed record IssuedContext(SessionKey Key, TimeSpan? Validity) : IDisposable
{
    public void Dispose() => Key.Retire();
}
