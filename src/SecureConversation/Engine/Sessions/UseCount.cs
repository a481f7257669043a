namespace SecureConversation.Engine.Sessions;

/// <summary>
/// Counts the users of keys: their owner, who is counted from the start, and each running exchange. When the last user leaves,
/// <paramref name="end"/> runs.
/// </summary>
/// <param name="end">Releases the keys.</param>
internal sealed class UseCount(Action end)
{
    private int _users = 1;

    /// <summary>Adds a user; false when the last user has left.</summary>
    public bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            end();
        }
    }
}
