namespace SecureConversation.Shared;

/// <summary>
/// Counts who uses something that must outlive them: its owner, from the start, and each exchange in between. The last one to leave runs
/// the end.
/// </summary>
/// <param name="end">Runs once, on the thread of the last user.</param>
internal sealed class UseCount(Action end)
{
    private int _users = 1;

    /// <summary>Whether there are users beside the owner.</summary>
    public bool IsShared => Volatile.Read(ref _users) > 1;

    /// <summary>Adds a user, who calls <see cref="Leave"/> later. False when the last user has left.</summary>
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

    /// <summary>Takes one user away. The owner calls it once as well.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            end();
        }
    }
}
