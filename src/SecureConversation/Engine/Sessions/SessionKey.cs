using SecureConversation.Shared;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// One instance of the key of a session (WS-SecureConversation 1.3 section 5), with the keys that this side derived from it to send with.
/// Its session owns it until it retires; exchanges that use it keep it alive. The last one to leave zeroes it.
/// </summary>
internal sealed class SessionKey
{
    private Users _users;
    private int _isRetired;

    /// <param name="context">The key. It belongs to the result.</param>
    /// <param name="sendKeys">The keys for sending. They belong to the result.</param>
    /// <param name="expires">When the key expires, UTC.</param>
    public SessionKey(SecurityContextKey context, SessionSendKeys sendKeys, DateTimeOffset expires)
    {
        Context = context;
        SendKeys = sendKeys;
        Expires = expires;
    }

    public SecurityContextKey Context { get; }

    /// <summary>The keys that this side sends with, by which it also recognizes what is sent back to it.</summary>
    public SessionSendKeys SendKeys { get; }

    public DateTimeOffset Expires { get; }

    /// <summary>The wsc:Instance; null for the key with which the session was opened.</summary>
    public string? Instance => Context.Instance;

    public bool IsExpired(DateTimeOffset now) => now >= Expires;

    /// <summary>Keeps the key alive for one exchange; false when it has been zeroed. Each success needs a <see cref="Leave"/>.</summary>
    public bool TryEnter() => _users.TryEnter();

    public void Leave()
    {
        if (_users.Leave())
        {
            SendKeys.Dispose();
            Context.Dispose();
        }
    }

    /// <summary>Its session has no more use for it. May be called again.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _isRetired, 1) == 0)
        {
            Leave();
        }
    }
}
