using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using SecureConversation.Engine.Quota;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Schedule;

/// <summary>
/// Where refusals wait for their time. It counts failures that came after a key was used, by context, wrapped key and address, and lets
/// those wait longer of which there are many. The room is shared by address: whoever fills it is turned away before others are, and never
/// let off his long waits, since those are what keeps a decryption oracle from being asked often. Refusals for which no key was used are
/// counted apart, by address: one that sends thousands of them gets its answers later, so that the time of the service is left to others.
/// </summary>
internal sealed class FailureDesk : IDisposable
{
    // A refusal for which no key was used tells nothing. Thousands a second cost their sender little, and must not fill the room for those
    // behind the same address.
    private const int PartForLongWaitsThatTellNothing = 2;

    // A service that was started again refuses the messages of all its old sessions once, and their clients may share an address.
    private const int BudgetsOfRefusalsThatTellNothing = 64;

    private readonly FailureAnswerOptions _options;
    private readonly FailureSchedule? _schedule;
    private readonly FailureBudgets _budgets;
    private readonly FailureBudgets _tellNothing;
    private readonly FairQuota _room;
    private readonly FairQuota _longWaits;
    private readonly ILogger _log;
    private readonly LogLimit _full;
    private readonly LogLimit _oracles;

    public FailureDesk(FailureAnswerOptions options, TimeProvider clock, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.RequireRanges();
        _options = options;
        _schedule = options.Step == TimeSpan.Zero ? null : new FailureSchedule(clock);
        _budgets = new FailureBudgets(options.Budget, clock);
        _tellNothing = new FailureBudgets(
            (int)Math.Min(int.MaxValue, (long)options.Budget * BudgetsOfRefusalsThatTellNothing), clock);
        _room = new FairQuota(options.MaxWaiting, nameof(options.MaxWaiting));
        _longWaits = new FairQuota(Math.Max(1, options.MaxWaiting / PartForLongWaitsThatTellNothing), nameof(options.MaxWaiting));
        _log = log;
        _full = new LogLimit(1, clock, more => EngineLog.MoreTooBusy(log, more));
        _oracles = new LogLimit(LogLimit.EntriesPerSecond, clock, more => EngineLog.MorePossibleOracles(log, more));
    }

    /// <summary>How many refusals wait.</summary>
    public int Waiting => _room.Taken;

    /// <summary>Notes the arrival of a message. Called before anything else is done with it.</summary>
    public long Arrive() => _schedule?.Arrive() ?? 0;

    /// <summary>
    /// Whether so many refusals wait, in all or of one sender, that no further message may be looked at. Tells the log of it.
    /// </summary>
    /// <param name="remote">The address of the sender; null when it is not known.</param>
    public bool IsFull(IPAddress? remote)
    {
        if (_room.LimitFor(Owner.OfStranger(remote)) is not { } limit)
        {
            return false;
        }

        if (_full.TryTake())
        {
            EngineLog.TooManyWaiting(_log, _room.Taken, limit);
        }

        return true;
    }

    /// <summary>Waits until the refusal of a message is due, and counts the failure where it could have told something.</summary>
    /// <param name="arrival">What <see cref="Arrive"/> returned for the message.</param>
    /// <param name="context">The security context whose key was used; else null.</param>
    /// <param name="wrappedKey">A hash of the EncryptedKey that was used; else null.</param>
    /// <param name="remote">The address of the sender; null when it is not known.</param>
    /// <param name="counts">Whether the message failed after a key was used and before its signature was found to be right.</param>
    /// <param name="cancellationToken">Ends the wait. The place is taken until the refusal would have been due.</param>
    public Task WaitAsync(
        long arrival, string? context, byte[]? wrappedKey, IPAddress? remote, bool counts, CancellationToken cancellationToken)
    {
        var doublings = Visit(context, wrappedKey, remote, counts ? Count : source => _budgets.Get(source.Source).Doublings);
        if (!counts)
        {
            doublings = Math.Max(doublings, Visit(null, null, remote, source => _tellNothing.Add(source.Source).Doublings));
        }

        if (_schedule is null)
        {
            return Task.CompletedTask;
        }

        var owner = Owner.OfStranger(remote);
        var isLong = !counts && doublings > 0 && _longWaits.TryTake(owner) is null;
        var task = _schedule.WaitAsync(arrival, StepOf(counts || isLong ? doublings : 0), out var hasOverrun);
        if (hasOverrun && counts)
        {
            Visit(context, wrappedKey, remote, source => _budgets.AddOverrun(source.Source).Doublings);
        }

        _room.Take(owner);
        return LeaveAsync(task, owner, isLong).WaitAsync(cancellationToken);
    }

    private async Task LeaveAsync(Task due, Owner owner, bool isLong)
    {
        await due.ConfigureAwait(false);
        _room.Release(owner);
        if (isLong)
        {
            _longWaits.Release(owner);
        }
    }

    public void Dispose()
    {
        _schedule?.Dispose();
        _full.Dispose();
        _oracles.Dispose();
    }

    private TimeSpan StepOf(int doublings)
    {
        var step = _options.Step;
        for (var i = 0; i < doublings && step < _options.MaxStep; i++)
        {
            step *= 2;
        }

        return step < _options.MaxStep ? step : _options.MaxStep;
    }

    /// <summary>Does the same to all sources of a message.</summary>
    /// <returns>The most doublings that one of them has.</returns>
    private static int Visit(string? context, byte[]? wrappedKey, IPAddress? remote, Func<Named, int> visit)
    {
        var doublings = context is null ? 0 : visit(new Named(FailureSource.OfContext(context), () => $"session {context}"));
        if (wrappedKey is not null)
        {
            doublings = Math.Max(doublings, visit(new Named(FailureSource.OfWrappedKey(wrappedKey),
                () => $"wrapped key with EncryptedKeySHA1 {Convert.ToBase64String(wrappedKey)}")));
        }

        if (remote is null)
        {
            return doublings;
        }

        doublings = Math.Max(doublings, visit(
            new Named(FailureSource.OfAddress(remote), () => $"address {SenderAddress.NameOf(remote)}")));
        return FailureSource.OfNetwork(remote) is not { } network ? doublings : Math.Max(doublings, visit(
            new Named(network, () => $"network {SenderAddress.NetworkOf(remote)}")));
    }

    private int Count(Named source)
    {
        var charge = _budgets.Add(source.Source);
        if (charge.Failures > _budgets.BudgetOf(source.Source.Kind))
        {
            EngineMetrics.FailuresOverBudget.Add(1, new KeyValuePair<string, object?>("source", KindName(source.Source.Kind)));
        }

        if (charge.IsFirstBeyond && _oracles.TryTake())
        {
            EngineLog.PossibleOracle(_log, charge.Failures, source.Name(),
                StepOf(charge.Doublings).TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        }

        return charge.Doublings;
    }

    private static string KindName(FailureSourceKind kind) => kind switch
    {
        FailureSourceKind.Context => "context",
        FailureSourceKind.WrappedKey => "wrapped_key",
        FailureSourceKind.Network => "network",
        _ => "address",
    };

    /// <param name="Source">What is counted by.</param>
    /// <param name="Name">Its name for the log.</param>
    private readonly record struct Named(FailureSource Source, Func<string> Name);
}
