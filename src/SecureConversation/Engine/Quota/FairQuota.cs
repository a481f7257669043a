namespace SecureConversation.Engine.Quota;

/// <summary>A limited number of places, shared by the rule of <see cref="FairShare"/>.</summary>
/// <param name="limit">How many places there are.</param>
/// <param name="setting">The setting that says so, for the log.</param>
internal sealed class FairQuota(int limit, string setting)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>Takes a place; it is given back by <see cref="Release"/>.</summary>
    /// <param name="owner">Who takes it.</param>
    /// <returns>Null when a place was taken; else the limit that was met.</returns>
    public string? TryTake(string owner)
    {
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(owner);
            if (_taken >= limit)
            {
                return setting;
            }

            if (!FairShare.Allows(held, limit - _taken))
            {
                return $"{setting}, share of the sender";
            }

            _held[owner] = held + 1;
            _taken++;
            return null;
        }
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="owner">Who took it.</param>
    public void Release(string owner)
    {
        lock (_lock)
        {
            _taken--;
            if (--_held[owner] == 0)
            {
                _held.Remove(owner);
            }
        }
    }
}
