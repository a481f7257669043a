namespace SecureConversation.Engine.Quota;

/// <summary>
/// Lets a few work at once while the others wait. Those who wait come in turn by network and owner, one of each: whoever sends ten times as
/// much waits for himself. A turn ends after a while even when its work has not: then the work waits for something itself, and not for a
/// processor.
/// </summary>
/// <param name="limit">How many work at once.</param>
/// <param name="longest">How long a turn lasts at most.</param>
/// <param name="clock">Source of time.</param>
internal sealed class FairTurns(int limit, TimeSpan longest, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly WaitingLine<TaskCompletionSource> _line = new();
    private readonly TimeSpan _longest = longest;
    private readonly TimeProvider _clock = clock;
    private int _running;

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _line.Count;
            }
        }
    }

    /// <summary>Waits for a turn, which ends when the result is disposed of.</summary>
    /// <param name="owner">Who wants to work.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<Turn> EnterAsync(Owner owner, CancellationToken cancellationToken)
    {
        // Whoever ends a turn must not do the work of the next one.
        TaskCompletionSource waiting;
        WaitingLine<TaskCompletionSource>.Place place;
        lock (_lock)
        {
            if (_running < limit)
            {
                _running++;
                return new Turn(this);
            }

            waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            place = _line.Add(owner, waiting);
        }

        await using var registration = cancellationToken.UnsafeRegister(
            (_, token) => GiveUp(place, waiting, token), null).ConfigureAwait(false);
        await waiting.Task.ConfigureAwait(false);
        return new Turn(this);
    }

    /// <summary>Takes one out of the line, unless he has got his turn: whoever gave up must take neither memory nor a turn.</summary>
    private void GiveUp(WaitingLine<TaskCompletionSource>.Place place, TaskCompletionSource waiting, CancellationToken token)
    {
        lock (_lock)
        {
            if (!_line.Remove(place))
            {
                return;
            }
        }

        waiting.TrySetCanceled(token);
    }

    /// <summary>Gives the turn to the next one who waits.</summary>
    private void Leave()
    {
        TaskCompletionSource next;
        lock (_lock)
        {
            if (!_line.TryTakeNext(out next))
            {
                _running--;
                return;
            }
        }

        next.SetResult();
    }

    /// <summary>The time in which somebody may work.</summary>
    internal sealed class Turn : IDisposable
    {
        private readonly FairTurns _turns;
        private readonly ITimer _timer;
        private int _hasEnded;

        public Turn(FairTurns turns)
        {
            _turns = turns;
            _timer = turns._clock.CreateTimer(static turn => ((Turn)turn!).End(), this, turns._longest, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer.Dispose();
            End();
        }

        private void End()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
            {
                _turns.Leave();
            }
        }
    }
}
