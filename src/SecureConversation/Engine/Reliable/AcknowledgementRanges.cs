namespace SecureConversation.Engine.Reliable;

/// <summary>Numbers from the lower to the upper one, both included.</summary>
internal readonly record struct AcknowledgementRange(long Lower, long Upper);

/// <summary>
/// The numbers of the messages of a sequence that arrived, as ranges in order. As in WCF there are at most 128: a message that would begin
/// another one counts as lost.
/// </summary>
internal sealed class AcknowledgementRanges
{
    public const int Most = 128;

    private readonly List<AcknowledgementRange> _ranges = [];

    public IReadOnlyList<AcknowledgementRange> Ranges => _ranges;

    /// <summary>The greatest number; 0 for none.</summary>
    public long Highest => _ranges.Count == 0 ? 0 : _ranges[^1].Upper;

    /// <summary>The greatest number up to which none is missing; 0 for none.</summary>
    public long Contiguous => _ranges.Count > 0 && _ranges[0].Lower == 1 ? _ranges[0].Upper : 0;

    /// <summary>Whether no number is missing below the highest.</summary>
    public bool IsComplete => Contiguous == Highest;

    public bool Contains(long number)
    {
        var at = FirstNotBelow(number);
        return at < _ranges.Count && _ranges[at].Lower <= number;
    }

    /// <summary>Adds a number; false where there is no room for another range.</summary>
    public bool TryAdd(long number)
    {
        var at = FirstNotBelow(number);
        if (at < _ranges.Count && _ranges[at].Lower <= number)
        {
            return true;
        }

        var joinsBefore = at > 0 && _ranges[at - 1].Upper == number - 1;
        var joinsAfter = at < _ranges.Count && _ranges[at].Lower == number + 1;
        if (joinsBefore && joinsAfter)
        {
            _ranges[at - 1] = new(_ranges[at - 1].Lower, _ranges[at].Upper);
            _ranges.RemoveAt(at);
        }
        else if (joinsBefore)
        {
            _ranges[at - 1] = new(_ranges[at - 1].Lower, number);
        }
        else if (joinsAfter)
        {
            _ranges[at] = new(number, _ranges[at].Upper);
        }
        else if (_ranges.Count == Most)
        {
            return false;
        }
        else
        {
            _ranges.Insert(at, new(number, number));
        }

        return true;
    }

    /// <summary>
    /// The ranges without some numbers, of which each is one of them. No more than <see cref="Most"/>: what is beyond is said later.
    /// </summary>
    /// <param name="numbers">The numbers, in order.</param>
    public IReadOnlyList<AcknowledgementRange> Without(IReadOnlyList<long> numbers)
    {
        var (left, next) = (new List<AcknowledgementRange>(_ranges.Count), 0);
        foreach (var range in _ranges)
        {
            var lower = range.Lower;
            for (; next < numbers.Count && numbers[next] <= range.Upper; lower = numbers[next++] + 1)
            {
                Add(lower, numbers[next] - 1);
            }

            Add(lower, range.Upper);
        }

        return left;

        void Add(long lower, long upper)
        {
            if (lower <= upper && left.Count < Most)
            {
                left.Add(new(lower, upper));
            }
        }
    }

    /// <summary>Puts ranges in order, and joins those that overlap or touch.</summary>
    public static IReadOnlyList<AcknowledgementRange> Join(List<AcknowledgementRange> ranges)
    {
        ranges.Sort(static (a, b) => a.Lower.CompareTo(b.Lower));
        var joined = new List<AcknowledgementRange>(ranges.Count);
        foreach (var range in ranges)
        {
            if (joined.Count > 0 && range.Lower - 1 <= joined[^1].Upper)
            {
                joined[^1] = joined[^1] with { Upper = Math.Max(joined[^1].Upper, range.Upper) };
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined;
    }

    private int FirstNotBelow(long number) => FirstNotBelow(_ranges, number);

    /// <summary>The index of the first range in order whose upper number is not below.</summary>
    public static int FirstNotBelow(IReadOnlyList<AcknowledgementRange> ranges, long number)
    {
        var (low, high) = (0, ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ranges[middle].Upper < number ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
