namespace SecureConversation.Engine.Sessions;

/// <summary>A security context as the client got it: its key, the keys that it sends with, and when the key expires.</summary>
internal sealed record IssuedContext(SecurityContextKey Key, SessionSendKeys SendKeys, DateTimeOffset Expires) : IDisposable
{
    public void Dispose()
    {
        SendKeys.Dispose();
        Key.Dispose();
    }
}
