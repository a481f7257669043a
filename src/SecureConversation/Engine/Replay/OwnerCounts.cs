namespace SecureConversation.Engine.Replay;

/// <summary>
/// How many entries each owner and each network has, for each time slice, in memory that does not grow with their number: two rows of
/// counters, of which the smaller one counts (a count-min sketch). It never counts too few. It counts too many for an owner whose
/// counters in both rows are shared with busy owners; the places are secret, so nobody can choose whose counters to share.
/// </summary>
internal sealed class OwnerCounts
{
    private const int Rows = 2;
    private const int Columns = 2048;

    private readonly int[]?[] _slots = new int[]?[ReplayTimeline.Slices];

    /// <summary>How much an owner or a network holds; 0 for none.</summary>
    public long Held(ulong owner)
    {
        if (owner == 0)
        {
            return 0;
        }

        var held = long.MaxValue;
        for (var row = 0; row < Rows; row++)
        {
            var sum = 0L;
            foreach (var slot in _slots)
            {
                sum += slot is null ? 0 : Volatile.Read(ref slot[PlaceOf(owner, row)]);
            }

            held = Math.Min(held, sum);
        }

        return held;
    }

    public void Add(ulong owner, int slot)
    {
        if (owner == 0)
        {
            return;
        }

        var counts = LazyInitializer.EnsureInitialized(ref _slots[slot], static () => new int[Rows * Columns])!;
        for (var row = 0; row < Rows; row++)
        {
            Interlocked.Increment(ref counts[PlaceOf(owner, row)]);
        }
    }

    public void Clear(int slot)
    {
        if (Volatile.Read(ref _slots[slot]) is { } counts)
        {
            Array.Clear(counts);
        }
    }

    private static int PlaceOf(ulong owner, int row) => (row * Columns) + (int)((owner >> (row * 11)) % Columns);
}

/// <summary>The hashes by which an owner and his network are counted; 0 for none.</summary>
internal readonly record struct OwnerKey(ulong Name, ulong Network)
{
    // An address can be the name of one owner and the network of others, so other bits of its hash are the place.
    private const int OfNetwork = 10;

    public static OwnerKey Of(string? name, string? network) => new(HashOf(name, 0), HashOf(network, OfNetwork));

    /// <summary>The platform hashes strings under a secret of the process.</summary>
    private static ulong HashOf(string? name, int shift) =>
        name is null ? 0 : (unchecked((uint)name.GetHashCode(StringComparison.Ordinal)) >> shift) | (1UL << 63);
}
