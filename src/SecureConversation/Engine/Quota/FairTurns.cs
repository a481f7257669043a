namespace SecureConversation.Engine.Quota;

/// <summary>
/// Lets a few work at once while the others wait. Those who wait come in turn by owner, one of each: whoever sends ten times as much waits
/// for himself. A turn ends after a while even when its work has not: then the work waits for something itself, and not for a processor.
/// </summary>
/// <param name="limit">How many work at once.</param>
/// <param name="longest">How long a turn lasts at most.</param>
/// <param name="clock">Source of time.</param>
internal sealed class FairTurns(int limit, TimeSpan longest, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly TimeSpan _longest = longest;
    private readonly TimeProvider _clock = clock;
    private int _running;

    /// <summary>Waits for a turn, which ends when the result is disposed of.</summary>
    /// <param name="owner">Who wants to work.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<Turn> EnterAsync(string owner, CancellationToken cancellationToken)
    {
        TaskCompletionSource? waiting = null;
        lock (_lock)
        {
            if (_running < limit)
            {
                _running++;
            }
            else
            {
                waiting = Enqueue(owner);
            }
        }

        if (waiting is not null)
        {
            await using var registration = cancellationToken.UnsafeRegister(
                static (waiting, token) => ((TaskCompletionSource)waiting!).TrySetCanceled(token), waiting).ConfigureAwait(false);
            await waiting.Task.ConfigureAwait(false);
        }

        return new Turn(this);
    }

    private TaskCompletionSource Enqueue(string owner)
    {
        if (!_waiting.TryGetValue(owner, out var queue))
        {
            _waiting[owner] = queue = new Queue<TaskCompletionSource>();
            _order.Enqueue(owner);
        }

        // Whoever ends a turn must not do the work of the next one.
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Enqueue(waiting);
        return waiting;
    }

    /// <summary>Gives the turn to the next one who still waits.</summary>
    private void Leave()
    {
        lock (_lock)
        {
            while (_order.TryDequeue(out var owner))
            {
                var queue = _waiting[owner];
                var next = queue.Dequeue();
                if (queue.Count == 0)
                {
                    _waiting.Remove(owner);
                }
                else
                {
                    _order.Enqueue(owner);
                }

                if (next.TrySetResult())
                {
                    return;
                }
            }

            _running--;
        }
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
