using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Quota;

/// <summary>
/// A limited number of bytes, shared by the rule of <see cref="FairShare"/>. Where there is no room, it says who holds most: he makes
/// room, and not who asks. It calls nobody. Safe for concurrent use.
/// </summary>
/// <param name="limit">How many bytes there are.</param>
/// <param name="setting">The setting that says so, for the log.</param>
internal sealed class FairBytes(long limit, string setting)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Holder> _holders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _heldByNetwork = new(StringComparer.Ordinal);
    private long _taken;

    /// <summary>How many bytes are taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>
    /// Takes the bytes of one piece, which are given back by <see cref="Release"/>, or with the share. A share that is over takes nothing.
    /// </summary>
    /// <param name="share">Who takes them.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="largest">
    /// Where there is no room, the largest share of the owner who holds most, this piece counted: it is to be ended. It may be the one that
    /// asks.
    /// </param>
    /// <returns>Null when they were taken; else the limit that was met.</returns>
    public string? TryTake(ByteShare share, long bytes, out ByteShare? largest)
    {
        largest = null;
        lock (_lock)
        {
            if (share.IsOver)
            {
                return null;
            }

            if (LimitOf(share.Owner, bytes) is not { } met)
            {
                Add(share, bytes, 1);
                return null;
            }

            largest = LargestOfOthers(share.Owner, bytes) ?? LargestOfOwn(share, bytes);
            return met;
        }
    }

    /// <summary>
    /// The limit that somebody meets who asks for room for pieces whose size is not known; null when he would get it, also where another
    /// one, who holds more, would make room.
    /// </summary>
    /// <param name="share">Who asks.</param>
    /// <param name="pieces">How many pieces: each counts as large as those that its owner holds are on average.</param>
    /// <param name="atLeast">How large each is at least.</param>
    public string? LimitFor(ByteShare share, int pieces, long atLeast)
    {
        lock (_lock)
        {
            var average = _holders.TryGetValue(share.Owner.Name, out var held) ? held.Bytes / Math.Max(1, held.Pieces) : 0;
            var bytes = pieces * Math.Max(Math.Max(1, atLeast), average);
            return LimitOf(share.Owner, bytes) is { } met && LargestOfOthers(share.Owner, bytes) is null ? met : null;
        }
    }

    /// <summary>Gives the bytes of a piece back.</summary>
    /// <param name="share">Who took them.</param>
    /// <param name="bytes">How many.</param>
    public void Release(ByteShare share, long bytes)
    {
        lock (_lock)
        {
            if (!share.IsOver)
            {
                Add(share, -bytes, -1);
            }
        }
    }

    /// <summary>Ends a share: what it holds is given back, and it takes nothing more.</summary>
    public void End(ByteShare share)
    {
        lock (_lock)
        {
            if (!share.IsOver)
            {
                Add(share, -share.Bytes, -share.Pieces);
                share.IsOver = true;
            }
        }
    }

    // What is asked for counts as held, so that one piece of many bytes is judged as many of one.
    private string? LimitOf(Owner owner, long bytes)
    {
        var free = limit - _taken - bytes;
        return free < 0 ? setting
            : FairShare.Allows(HeldBy(owner) + bytes - 1, HeldByNetwork(owner) + bytes - 1, free) ? null
            : $"{setting}, share of the sender";
    }

    private long HeldBy(Owner owner) => _holders.TryGetValue(owner.Name, out var held) ? held.Bytes : 0;

    private long HeldByNetwork(Owner owner) => owner.Network is null ? 0 : _heldByNetwork.GetValueOrDefault(owner.Network);

    private long HeldByAll(Owner owner) => owner.Network is null ? HeldBy(owner) : HeldByNetwork(owner);

    /// <summary>
    /// The largest share of who holds most, of those who hold more than the owner with what he asks for, and whose networks do, unless they
    /// are the same: whoever has many names must not be taken for many who hold nothing. Null where that is the owner himself.
    /// </summary>
    private ByteShare? LargestOfOthers(Owner owner, long bytes)
    {
        var (most, own) = (HeldBy(owner) + bytes, HeldByAll(owner) + bytes);
        ByteShare? found = null;
        foreach (var (name, holder) in _holders)
        {
            if (holder.Bytes > most && name != owner.Name)
            {
                var largest = Largest(holder.Shares)!;
                var isNear = owner.Network is not null && owner.Network == largest.Owner.Network;
                (found, most) = isNear || own < HeldByAll(largest.Owner) ? (largest, holder.Bytes) : (found, most);
            }
        }

        return found;
    }

    /// <summary>The largest share of the owner of one that asks, with what it asks for.</summary>
    private ByteShare LargestOfOwn(ByteShare asking, long bytes) =>
        _holders.TryGetValue(asking.Owner.Name, out var holder) && Largest(holder.Shares) is { } largest
            && largest.Bytes > asking.Bytes + bytes ? largest : asking;

    private static ByteShare? Largest(HashSet<ByteShare> shares) => shares.MaxBy(s => s.Bytes);

    private void Add(ByteShare share, long bytes, int pieces)
    {
        _taken += bytes;
        share.Bytes += bytes;
        share.Pieces += pieces;
        ref var holder = ref CollectionsMarshal.GetValueRefOrAddDefault(_holders, share.Owner.Name, out _);
        holder ??= new Holder();
        holder.Bytes += bytes;
        holder.Pieces += pieces;
        if (share.Pieces == 0)
        {
            holder.Shares.Remove(share);
        }
        else
        {
            holder.Shares.Add(share);
        }

        if (holder.Shares.Count == 0)
        {
            _holders.Remove(share.Owner.Name);
        }

        if (share.Owner.Network is { } network)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_heldByNetwork, network, out _);
            sum += bytes;
            if (sum == 0)
            {
                _heldByNetwork.Remove(network);
            }
        }
    }

    private sealed class Holder
    {
        public long Bytes { get; set; }

        public int Pieces { get; set; }

        public HashSet<ByteShare> Shares { get; } = [];
    }
}

/// <summary>What one user of <see cref="FairBytes"/> holds, of which its owner may have several.</summary>
internal sealed class ByteShare(Owner owner)
{
    public Owner Owner { get; } = owner;

    /// <summary>Ends who holds the share, so that there is room; with the limit that was met. Set before the first piece.</summary>
    public Action<string>? MakeRoom { get; set; }

    /// <summary>Under the lock of <see cref="FairBytes"/>, as the rest.</summary>
    public long Bytes { get; set; }

    public int Pieces { get; set; }

    public bool IsOver { get; set; }
}
