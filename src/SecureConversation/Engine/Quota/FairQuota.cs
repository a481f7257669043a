namespace SecureConversation.Engine.Quota;

/// <summary>A limited number of places, shared by the rule of <see cref="FairShare"/>.</summary>
/// <param name="limit">How many places there are.</param>
/// <param name="setting">The setting that says so, for the log.</param>
internal sealed class FairQuota(int limit, string setting)
{
    // Who held more leaves room that is given back when nobody holds any.
    private const int ManyPlaces = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _heldByNetwork = new(StringComparer.Ordinal);

    // How many owners hold each number of places (the first entry means nothing), and the largest of these numbers.
    private readonly List<int> _ownersOf = [0];
    private int _most;
    private int _taken;

    /// <summary>How many places are taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a place; it is given back by <see cref="Release"/>.</summary>
    /// <param name="owner">Who takes it.</param>
    /// <returns>Null when a place was taken; else the limit that was met.</returns>
    public string? TryTake(Owner owner)
    {
        lock (_lock)
        {
            if (LimitOf(owner) is { } met)
            {
                return met;
            }

            Add(owner, 1);
            return null;
        }
    }

    /// <summary>The limit that somebody meets who asks for a place; null when he would get one.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="spare">Places that can be freed, so that at least as many count as free.</param>
    public string? LimitFor(Owner owner, int spare = 0)
    {
        // While at most half is taken, nobody can hold more than is free.
        if (Taken * 2L <= limit && Taken < limit)
        {
            return null;
        }

        lock (_lock)
        {
            return LimitOf(owner, spare);
        }
    }

    /// <summary>Takes a place in any case. Whoever asked <see cref="LimitFor"/> some time ago may take one beyond the limit.</summary>
    public void Take(Owner owner)
    {
        lock (_lock)
        {
            Add(owner, 1);
        }
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="owner">Who took it.</param>
    public void Release(Owner owner)
    {
        lock (_lock)
        {
            Add(owner, -1);
        }
    }

    /// <summary>How many places an owner holds.</summary>
    public int HeldBy(Owner owner)
    {
        lock (_lock)
        {
            return _held.GetValueOrDefault(owner.Name);
        }
    }

    /// <summary>Whether nobody holds more places than an owner.</summary>
    public bool HoldsMost(Owner owner)
    {
        lock (_lock)
        {
            return _held.GetValueOrDefault(owner.Name) >= _most;
        }
    }

    /// <summary>
    /// Whether one holds less than another, and so does his network, unless it is the same one: whoever has many addresses, or many names
    /// at one, must not be taken for many who hold nothing.
    /// </summary>
    public bool HoldsLess(Owner one, Owner other)
    {
        lock (_lock)
        {
            return _held.GetValueOrDefault(one.Name) < _held.GetValueOrDefault(other.Name)
                && ((one.Network is not null && one.Network == other.Network) || HeldByAll(one) < HeldByAll(other));
        }
    }

    private int HeldByAll(Owner owner) => owner.Network is null ? _held.GetValueOrDefault(owner.Name) : HeldByNetwork(owner);

    private string? LimitOf(Owner owner, int spare = 0)
    {
        var free = Math.Max(limit - _taken, spare);
        return free <= 0 ? setting
            : FairShare.Allows(_held.GetValueOrDefault(owner.Name), HeldByNetwork(owner), free) ? null
            : $"{setting}, share of the sender";
    }

    private int HeldByNetwork(Owner owner) => owner.Network is null ? 0 : _heldByNetwork.GetValueOrDefault(owner.Network);

    private void Add(Owner owner, int places)
    {
        _taken += places;
        Count(Add(_held, owner.Name, places), places);
        if (owner.Network is not null)
        {
            Add(_heldByNetwork, owner.Network, places);
        }
    }

    // Places come and go one by one, so the largest number changes by one.
    private void Count(int held, int change)
    {
        if (held == _ownersOf.Count)
        {
            _ownersOf.Add(0);
        }

        _ownersOf[held]++;
        _ownersOf[held - change]--;
        _most = held > _most ? held : _ownersOf[_most] == 0 && _most > 0 ? _most - 1 : _most;
        if (_taken == 0 && _ownersOf.Count > ManyPlaces)
        {
            _ownersOf.RemoveRange(1, _ownersOf.Count - 1);
            _ownersOf.TrimExcess();
        }
    }

    private static int Add(Dictionary<string, int> held, string name, int places)
    {
        var sum = held.GetValueOrDefault(name) + places;
        if (sum == 0)
        {
            held.Remove(name);
        }
        else
        {
            held[name] = sum;
        }

        return sum;
    }
}
