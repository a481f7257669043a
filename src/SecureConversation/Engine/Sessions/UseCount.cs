namespace SecureConversation.Engine.Sessions;

/// <summary>
/// Counts who uses something that must outlive them: its owner, from the start, and each exchange in between. The last
/// one to leave runs the end.
/// </summary>
internal sealed class UseCount(Action end)
{
    private int _users = 1;

    /// <summary>False when the last user has left.</summary>
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
