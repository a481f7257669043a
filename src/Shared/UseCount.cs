namespace SecureConversation.Shared;

/// <summary>
/// Counts who uses something that must outlive them: its owner, from the start, and each exchange in between. The last one to leave runs
/// the end.
/// </summary>
/// <param name="end">Runs once, on the thread of the last user.</param>
internal sealed class UseCount(Action end)
{
    private Users _users;

    /// <inheritdoc cref="Users.AreShared"/>
    public bool IsShared => _users.AreShared;

    /// <inheritdoc cref="Users.TryEnter"/>
    public bool TryEnter() => _users.TryEnter();

    /// <inheritdoc cref="Users.Leave"/>
    public void Leave()
    {
        if (_users.Leave())
        {
            end();
        }
    }
}

/// <summary>
/// The same as a field, for what there are many of: it takes no memory beside the count, and who leaves looks whether it was the last one.
/// </summary>
internal struct Users
{
    // Beside the owner, so that the default is right; below zero when all have left.
    private int _others;

    /// <summary>Whether there are users beside the owner.</summary>
    public readonly bool AreShared => Volatile.Read(in _others) > 0;

    /// <summary>Adds a user, who calls <see cref="Leave"/> later. False when the last user has left.</summary>
    public bool TryEnter()
    {
        var others = Volatile.Read(ref _others);
        while (others >= 0)
        {
            var seen = Interlocked.CompareExchange(ref _others, others + 1, others);
            if (seen == others)
            {
                return true;
            }

            others = seen;
        }

        return false;
    }

    /// <summary>Takes one user away; true for the last one. The owner calls it once as well.</summary>
    public bool Leave() => Interlocked.Decrement(ref _others) < 0;
}
