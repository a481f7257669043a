namespace SecureConversation.Engine.Replay;

/// <summary>
/// How many entries each owner has, for each time slice, in memory that does not grow with the number of owners: two rows of counters, of
/// which the smaller one counts (a count-min sketch). It never counts too few. It counts too many for an owner whose counters in both rows
/// are shared with busy owners; the places are secret, so nobody can choose whose counters to share.
/// </summary>
internal sealed class OwnerCounts
{
    private const int Rows = 2;
    private const int Columns = 2048;

    private readonly int[]?[] _slots = new int[]?[ReplayTimeline.Slices];

    /// <summary>The hash by which an owner is counted; 0 for none. The platform hashes strings under a secret of the process.</summary>
    public static ulong HashOf(string? owner) =>
        owner is null ? 0 : unchecked((uint)owner.GetHashCode(StringComparison.Ordinal)) | (1UL << 63);

    public long Held(ulong owner)
    {
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
