namespace SecureConversation.Engine.Sessions;

/// <summary>A security context on the side of the client: its key, the keys for requests, and when the key expires.</summary>
internal sealed record IssuedContext(SecurityContextKey Key, SessionSendKeys SendKeys, DateTimeOffset Expires) : IDisposable
{
    public void Dispose()
    {
        SendKeys.Dispose();
        Key.Dispose();
    }
}
