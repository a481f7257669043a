using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Quota;

/// <summary>A limited number of bytes, shared by the rule of <see cref="FairShare"/>. Safe for concurrent use.</summary>
/// <param name="limit">How many bytes there are.</param>
/// <param name="setting">The setting that says so, for the log.</param>
internal sealed class FairBytes(long limit, string setting)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Holding> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Holding> _heldByNetwork = new(StringComparer.Ordinal);
    private long _taken;

    /// <summary>How many bytes are taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Takes the bytes of one piece, which are given back by <see cref="Release"/>.</summary>
    /// <param name="owner">Who takes them.</param>
    /// <param name="bytes">How many.</param>
    /// <returns>Null when they were taken; else the limit that was met.</returns>
    public string? TryTake(Owner owner, long bytes)
    {
        lock (_lock)
        {
            if (LimitOf(owner, bytes) is { } met)
            {
                return met;
            }

            Add(owner, bytes, 1);
            return null;
        }
    }

    /// <summary>The limit that somebody meets who asks for room for pieces whose size is not known; null when he would get it.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="pieces">How many pieces: each counts as large as those that he holds are on average.</param>
    /// <param name="atLeast">How large each is at least.</param>
    public string? LimitFor(Owner owner, int pieces, long atLeast)
    {
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(owner.Name);
            return LimitOf(owner, pieces * Math.Max(Math.Max(1, atLeast), held.Bytes / Math.Max(1, held.Pieces)));
        }
    }

    /// <summary>Gives the bytes of a piece back.</summary>
    /// <param name="owner">Who took them.</param>
    /// <param name="bytes">How many.</param>
    public void Release(Owner owner, long bytes)
    {
        lock (_lock)
        {
            Add(owner, -bytes, -1);
        }
    }

    // What is asked for counts as held, so that one piece of many bytes is judged as many of one.
    private string? LimitOf(Owner owner, long bytes)
    {
        var free = limit - _taken - bytes;
        return free < 0 ? setting
            : FairShare.Allows(Held(_held, owner.Name) + bytes - 1, Held(_heldByNetwork, owner.Network) + bytes - 1, free) ? null
            : $"{setting}, share of the sender";
    }

    private static long Held(Dictionary<string, Holding> held, string? name) => name is null ? 0 : held.GetValueOrDefault(name).Bytes;

    private void Add(Owner owner, long bytes, int pieces)
    {
        _taken += bytes;
        Add(_held, owner.Name, bytes, pieces);
        if (owner.Network is not null)
        {
            Add(_heldByNetwork, owner.Network, bytes, pieces);
        }
    }

    private static void Add(Dictionary<string, Holding> held, string name, long bytes, int pieces)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(held, name, out _);
        sum = new(sum.Bytes + bytes, sum.Pieces + pieces);
        if (sum.Pieces == 0)
        {
            held.Remove(name);
        }
    }

    private readonly record struct Holding(long Bytes, int Pieces);
}
