using SecureConversation.Credentials;
using SecureConversation.Engine.Sessions;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// A context that a client negotiated, for as many messages as it is kept for. Its key is zeroed when the last share is gone.
/// </summary>
internal sealed class NegotiatedToken : IKeptToken<NegotiatedToken>
{
    private readonly Action _leave;
    private int _isDisposed;

    /// <param name="key">The key of the context, which belongs to the result.</param>
    /// <param name="validFrom">When it was made.</param>
    public NegotiatedToken(SessionKey key, DateTimeOffset validFrom)
        : this(key, validFrom, key.Retire)
    {
    }

    private NegotiatedToken(SessionKey key, DateTimeOffset validFrom, Action leave) =>
        (Key, ValidFrom, _leave) = (key, validFrom, leave);

    public SessionKey Key { get; }

    public DateTimeOffset ValidFrom { get; }

    public DateTimeOffset ValidTo => Key.Expires;

    /// <exception cref="ObjectDisposedException">All shares were disposed of.</exception>
    public NegotiatedToken Share()
    {
        ObjectDisposedException.ThrowIf(!Key.TryEnter(), this);
        return new NegotiatedToken(Key, ValidFrom, Key.Leave);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _leave();
        }
    }
}
