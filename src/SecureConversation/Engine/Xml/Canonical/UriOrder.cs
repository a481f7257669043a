using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// The order of the namespace URIs in scope, by which attributes are sorted (Canonical XML 1.0, section 2.2). URIs can be long and have
/// long common beginnings, while a name that uses one is short. Therefore each URI is compared once, with a few of the others, when the
/// first tag after its declaration has to be sorted; the tags compare ranks.
/// </summary>
internal struct UriOrder : IDisposable
{
    private Entry[] _entries;
    private int[] _sorted;
    private int _ranked;
    private int _sortedCount;

    public UriOrder(int capacity)
    {
        _entries = Buffers.Rent<Entry>(capacity);
        _sorted = Buffers.Rent<int>(capacity);
    }

    /// <summary>Number of URIs: those in scope, in the order of their declarations.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of URIs that were compared: a measure of the work, for tests.</summary>
    public long Compared { get; private set; }

    public int Add(UriRange uri)
    {
        if (Count == _entries.Length)
        {
            Pooled.Grow(ref _entries, Count);
        }

        _entries[Count].Uri = uri;
        return Count++;
    }

    /// <summary>Removes the URIs of elements that are closed.</summary>
    public void Truncate(int count)
    {
        Count = count;
        if (_ranked <= count)
        {
            return;
        }

        var kept = 0;
        foreach (var number in _sorted.AsSpan(0, _sortedCount))
        {
            if (number < count)
            {
                _sorted[kept++] = number;
            }
        }

        _sortedCount = kept;
        _ranked = count;
    }

    /// <summary>Compares two URIs in scope, by the numbers that <see cref="Add"/> gave.</summary>
    public readonly int Compare(int a, int b) => _entries[a].Rank.CompareTo(_entries[b].Rank);

    /// <summary>Ranks the URIs that were added since the last call.</summary>
    public void Rank(in UriSource source)
    {
        if (_ranked == Count)
        {
            return;
        }

        for (; _ranked < Count; _ranked++)
        {
            Insert(_ranked, source);
        }

        for (var i = 0; i < _sortedCount; i++)
        {
            _entries[_sorted[i]].Rank = i;
        }

        // A URI that equals an earlier one has its rank; the earlier one stays in scope at least as long.
        for (var i = 0; i < Count; i++)
        {
            _entries[i].Rank = _entries[_entries[i].Same].Rank;
        }
    }

    public void Dispose()
    {
        Buffers.Return(_entries);
        Buffers.Return(_sorted);
        _entries = [];
        _sorted = [];
    }

    private void Insert(int number, in UriSource source)
    {
        var uri = source.Get(_entries[number].Uri);
        var low = 0;
        for (var high = _sortedCount; low < high;)
        {
            var middle = (low + high) / 2;
            var other = source.Get(_entries[_sorted[middle]].Uri);
            Compared += Math.Min(uri.Length, other.Length);
            var order = other.SequenceCompareTo(uri);
            if (order == 0)
            {
                _entries[number].Same = _sorted[middle];
                return;
            }

            if (order > 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        if (_sortedCount == _sorted.Length)
        {
            Pooled.Grow(ref _sorted, _sortedCount);
        }

        _sorted.AsSpan(low, _sortedCount - low).CopyTo(_sorted.AsSpan(low + 1));
        _sorted[low] = number;
        _sortedCount++;
        _entries[number].Same = number;
    }

    private struct Entry
    {
        public UriRange Uri;
        public int Rank;

        /// <summary>The earliest entry with the same URI.</summary>
        public int Same;
    }
}

/// <summary>Where a namespace URI is: in the document or, decoded, in the index or in the run of the canonicalizer.</summary>
internal enum UriPlace : byte
{
    Document,
    Index,
    Run,
}

/// <summary>A namespace URI by its place.</summary>
internal readonly record struct UriRange(int Start, int Length, UriPlace Place = UriPlace.Document)
{
    public static UriRange None => new(0, -1);
}

/// <summary>The bytes of namespace URIs.</summary>
internal readonly ref struct UriSource(ReadOnlySpan<byte> document, DecodedUris index, DecodedUris run)
{
    private readonly ReadOnlySpan<byte> _document = document;

    public ReadOnlySpan<byte> Get(UriRange uri) => uri.Place switch
    {
        UriPlace.Document => _document.Slice(uri.Start, uri.Length),
        UriPlace.Index => index[uri.Start],
        _ => run[uri.Start],
    };
}
