using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Schedule;

/// <summary>
/// Counts failures by source over the last minute, in bounded memory: the counts of this minute and of the one before, of which the part
/// counts that still lies within sixty seconds. When the table of a minute is full, all further sources share one count, so that nobody can
/// push the count of a source out by filling the table.
/// </summary>
/// <param name="budget">How many failures a source may have within a minute.</param>
/// <param name="clock">Source of time; its monotonic timestamps are used.</param>
/// <param name="capacity">How many sources a minute may have.</param>
internal sealed class FailureBudgets(int budget, TimeProvider clock, int capacity = 16 * 1024)
{
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Dictionary<FailureSource, Account> _current = [];
    private Dictionary<FailureSource, Account> _previous = [];
    private long _turned = clock.GetTimestamp();

    /// <summary>How many sources are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _current.Count + _previous.Count;
            }
        }
    }

    /// <summary>Adds failures to a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="failures">How many; zero only asks.</param>
    /// <returns>What the source has now.</returns>
    public Charge Add(FailureSource source, int failures)
    {
        lock (_lock)
        {
            var elapsed = TurnPeriods();
            if (_current.Count >= capacity && !_current.ContainsKey(source))
            {
                source = FailureSource.Others;
            }

            var before = _previous.GetValueOrDefault(source).Failures * (1 - (elapsed / Period));
            if (failures == 0)
            {
                return ChargeOf(_current.GetValueOrDefault(source).Failures + (int)before, isFirst: false);
            }

            ref var account = ref CollectionsMarshal.GetValueRefOrAddDefault(_current, source, out _);
            account.Failures = (int)Math.Min(int.MaxValue / 2, (long)account.Failures + failures);
            var charge = ChargeOf(account.Failures + (int)before, isFirst: !account.IsTold);
            account.IsTold |= charge.Doublings > 0;
            return charge;
        }
    }

    private Charge ChargeOf(int failures, bool isFirst)
    {
        var doublings = Math.Max(0, failures - 1) / budget;
        return new Charge(failures, doublings, isFirst && doublings > 0);
    }

    private TimeSpan TurnPeriods()
    {
        var elapsed = clock.GetElapsedTime(_turned);
        if (elapsed < Period)
        {
            return elapsed;
        }

        var isNext = elapsed < 2 * Period;
        (_previous, _current) = (isNext ? _current : [], []);
        _turned += isNext ? (long)(Period.TotalSeconds * clock.TimestampFrequency) : clock.GetTimestamp() - _turned;
        return clock.GetElapsedTime(_turned);
    }

    private record struct Account(int Failures, bool IsTold);
}

/// <summary>What a source has to bear.</summary>
/// <param name="Failures">Its failures within the last minute.</param>
/// <param name="Doublings">How often its step doubles: once for each budget beyond the first.</param>
/// <param name="IsFirstBeyond">Whether it went beyond its budget just now, for the first time in this period.</param>
internal readonly record struct Charge(int Failures, int Doublings, bool IsFirstBeyond);
