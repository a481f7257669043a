using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Quota;

/// <summary>
/// A limited number of bytes, shared by the rule of <see cref="FairShare"/>. Where there is no room, it says who holds most: he makes
/// room, and not who asks. Strangers behind one address are one owner: of the shares of one, that makes room which has held its bytes for
/// longest, and none that gives each piece back in time. It calls nobody. Safe for concurrent use.
/// </summary>
/// <param name="limit">How many bytes there are.</param>
/// <param name="setting">The setting that says so, for the log.</param>
/// <param name="clock">Source of time; null for that of the system.</param>
internal sealed class FairBytes(long limit, string setting, TimeProvider? clock = null)
{
    /// <summary>How long a piece may be held before its share makes room for another of the same owner.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
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
    /// Where there is no room, the share that is to be ended: the largest of the owner who holds most, this piece counted; if that is who
    /// asks, the one of his that has held most for longest, or else the one that asks.
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
                share.Held.AddLast((bytes, _clock.GetTimestamp()));
                return null;
            }

            largest = LargestOfOthers(share.Owner, bytes) ?? OverdueOfOwn(share) ?? share;
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
            return LimitOf(share.Owner, bytes) is { } met && LargestOfOthers(share.Owner, bytes) is null
                && (OverdueOfOwn(share) ?? share) == share ? met : null;
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
                share.Release(bytes);
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
                share.Held.Clear();
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

    /// <summary>
    /// Of the shares of one owner, among which are honest ones, the one with most bytes times the age of its oldest piece, if that is
    /// overdue. Many small replies that nobody acknowledges count so for more than a large one that is on its way.
    /// </summary>
    private ByteShare? OverdueOfOwn(ByteShare asking)
    {
        ByteShare? found = null;
        var most = 0.0;
        foreach (var share in _holders.GetValueOrDefault(asking.Owner.Name)?.Shares ?? [])
        {
            var age = share.Held.First is { } oldest ? _clock.GetElapsedTime(oldest.Value.Since) : TimeSpan.Zero;
            var weight = share.Bytes * age.TotalSeconds;
            (found, most) = age >= Patience && weight > most ? (share, weight) : (found, most);
        }

        return found;
    }

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

    /// <summary>The pieces, the oldest first, and since when each is held.</summary>
    public LinkedList<(long Bytes, long Since)> Held { get; } = [];

    /// <summary>Forgets the oldest piece of a size: pieces of one size are equal.</summary>
    public void Release(long bytes)
    {
        for (var node = Held.First; node is not null; node = node.Next)
        {
            if (node.Value.Bytes == bytes)
            {
                Held.Remove(node);
                return;
            }
        }
    }
}
