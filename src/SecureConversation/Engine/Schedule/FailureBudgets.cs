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

    // A site has 65,536 networks of 64 bits, and more clients than one.
    private const int BudgetsOfANetwork = 8;

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

    /// <summary>How many failures a source of this kind may have within a minute.</summary>
    public int BudgetOf(FailureSourceKind kind) =>
        kind == FailureSourceKind.Network ? (int)Math.Min(int.MaxValue, (long)budget * BudgetsOfANetwork) : budget;

    /// <summary>Adds a failure to a source.</summary>
    public Charge Add(FailureSource source) => Change(source, new Account(1, 0, IsTold: false));

    /// <summary>
    /// Adds a refusal that took longer than its step. That told the sender something, and he must not learn it often: it counts for the
    /// step like a whole budget, but not as a failure.
    /// </summary>
    public Charge AddOverrun(FailureSource source) => Change(source, new Account(0, 1, IsTold: false));

    /// <summary>What a source has.</summary>
    public Charge Get(FailureSource source) => Change(source, default);

    private Charge Change(FailureSource source, Account more)
    {
        lock (_lock)
        {
            var elapsed = TurnPeriods();
            var kind = source.Kind;
            if (_current.Count >= capacity && !_current.ContainsKey(source))
            {
                source = FailureSource.Others;
            }

            var before = _previous.GetValueOrDefault(source);
            var account = _current.GetValueOrDefault(source);
            account = new Account(Sum(account.Failures, more.Failures), Sum(account.Overruns, more.Overruns), account.IsTold);
            var left = 1 - (elapsed / Period);
            var failures = Sum(account.Failures, (int)(before.Failures * left));
            var beyond = Math.Max(0, failures - 1) / BudgetOf(kind);
            var overruns = Sum(account.Overruns, (int)(before.Overruns * left));
            var charge = new Charge(failures, Sum(beyond, overruns), beyond > 0 && more.Failures > 0 && !account.IsTold);
            if (more != default)
            {
                _current[source] = account with { IsTold = account.IsTold || charge.IsFirstBeyond };
            }

            return charge;
        }
    }

    private static int Sum(int one, int other) => (int)Math.Min(int.MaxValue, (long)one + other);

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

    private readonly record struct Account(int Failures, int Overruns, bool IsTold);
}

/// <summary>What a source has to bear.</summary>
/// <param name="Failures">Its failures within the last minute.</param>
/// <param name="Doublings">How often its step doubles: once for each budget beyond the first, and for each overrun.</param>
/// <param name="IsFirstBeyond">Whether it went beyond its budget just now, for the first time in this period.</param>
internal readonly record struct Charge(int Failures, int Doublings, bool IsFirstBeyond);
