using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Quota;

/// <summary>
/// A limited number of bytes, shared by the rule of <see cref="FairShare"/>. Where there is no room, it says who holds most: he makes
/// room, and not who asks. Strangers behind one address are one owner: of the shares of one, that makes room which has held a piece for
/// longest, and none that gives each piece back in time or holds little. It calls nobody. Safe for concurrent use.
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
    /// <param name="piece">The piece; null where nothing was taken.</param>
    /// <param name="largest">
    /// Where there is no room, the share that is to be ended: the largest of the owner who holds most, this piece counted; if that is who
    /// asks, the one of his that is overdue for longest, or else the one that asks.
    /// </param>
    /// <returns>Null when they were taken; else the limit that was met.</returns>
    public string? TryTake(ByteShare share, long bytes, out BytePiece? piece, out ByteShare? largest)
    {
        (piece, largest) = (null, null);
        lock (_lock)
        {
            if (share.IsOver)
            {
                return null;
            }

            if (LimitOf(share.Owner, bytes) is not { } met)
            {
                Add(share, bytes, 1);
                piece = new BytePiece(share, bytes, _clock.GetTimestamp());
                share.Held.AddLast(piece.Node);
                return null;
            }

            largest = LargestOfOthers(share.Owner, bytes) ?? OverdueOfOwn(share, bytes) ?? share;
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
                && (OverdueOfOwn(share, bytes) ?? share) == share ? met : null;
        }
    }

    /// <summary>Gives a piece back.</summary>
    public void Release(BytePiece piece)
    {
        lock (_lock)
        {
            if (!piece.Share.IsOver)
            {
                Add(piece.Share, -piece.Bytes, -1);
                piece.Share.Held.Remove(piece.Node);
            }
        }
    }

    /// <summary>Whether a share holds anything.</summary>
    public bool Holds(ByteShare share)
    {
        lock (_lock)
        {
            return share.Held.Count > 0;
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
    private string? LimitOf(Owner owner, long bytes, long ended = 0)
    {
        var more = bytes - ended;
        var free = limit - _taken - more;
        return free < 0 ? setting
            : FairShare.Allows(HeldBy(owner) + more - 1, HeldByNetwork(owner) + more - 1, free) ? null
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
    /// Of the shares of one owner, among which are honest ones, the one whose oldest piece is the oldest, of those that are overdue and
    /// hold at least half of an equal part: whoever holds little, or gives back in time, ends for nobody. Null where all of them together
    /// do not make the room, and nobody is to end for nothing.
    /// </summary>
    private ByteShare? OverdueOfOwn(ByteShare asking, long bytes)
    {
        if (!_holders.TryGetValue(asking.Owner.Name, out var holder))
        {
            return null;
        }

        ByteShare? found = null;
        var ended = 0L;
        foreach (var share in holder.Shares)
        {
            var oldest = share.Held.First!.Value;
            if (2 * share.Bytes * holder.Shares.Count >= holder.Bytes && _clock.GetElapsedTime(oldest.Since) >= Patience)
            {
                ended += share.Bytes;
                found = found is null || oldest.Since < found.Held.First!.Value.Since ? share : found;
            }
        }

        return LimitOf(asking.Owner, bytes, ended) is null ? found : null;
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

    /// <summary>The pieces, the oldest first.</summary>
    public LinkedList<BytePiece> Held { get; } = [];
}

/// <summary>Bytes that a share holds.</summary>
internal sealed class BytePiece
{
    /// <param name="share">Who holds them.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="since">Since when, as a time stamp of the clock.</param>
    public BytePiece(ByteShare share, long bytes, long since)
    {
        (Share, Bytes, Since) = (share, bytes, since);
        Node = new(this);
    }

    public ByteShare Share { get; }

    public long Bytes { get; }

    public long Since { get; }

    /// <summary>Its place in <see cref="ByteShare.Held"/>.</summary>
    public LinkedListNode<BytePiece> Node { get; }
}
