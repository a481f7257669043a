using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Schedule;

/// <summary>
/// Holds refusals until a point of time that follows from the arrival of the message alone. The work on a message must not show, so
/// - the point is a multiple of the step after the arrival, rounded up to the grid of this clock, and not a delay after the work;
/// - one timer releases all refusals that are due. It was started by an arrival and not by the end of any work: a timer rounds to whole
///   milliseconds from the moment of its start, and would carry that moment outside;
/// - refusals that are due together leave in the order of their arrival.
/// </summary>
internal sealed class FailureSchedule : IDisposable
{
    /// <summary>The period of the timer, and what points of time are rounded up to.</summary>
    public static readonly TimeSpan Grid = TimeSpan.FromMilliseconds(5);

    /// <summary>The timer stops when no message came for so long.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, (long Due, long Arrival)> _waiting = new();
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly ITimer _timer;
    private long _lastArrival;
    private int _count;
    private volatile bool _isRunning;
    private bool _isDisposed;

    public FailureSchedule(TimeProvider clock)
    {
        _clock = clock;
        _start = clock.GetTimestamp();
        // Whoever makes the service must not have his execution context kept by the timer.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = clock.CreateTimer(
                self => ((FailureSchedule)self!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>How many refusals wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Notes the arrival of a message.</summary>
    /// <returns>Ticks of this schedule, for <see cref="WaitAsync"/>.</returns>
    public long Arrive()
    {
        var now = Now();
        Volatile.Write(ref _lastArrival, now);
        if (!_isRunning)
        {
            lock (_lock)
            {
                Start();
            }
        }

        return now;
    }

    /// <summary>Waits until the refusal of a message is due.</summary>
    /// <param name="arrival">What <see cref="Arrive"/> returned for the message.</param>
    /// <param name="step">Positive.</param>
    /// <param name="hasOverrun">Whether the work took longer than the step, so that a later multiple of it counts.</param>
    public Task WaitAsync(long arrival, TimeSpan step, out bool hasOverrun)
    {
        var now = Now();
        var due = DueTime(arrival, step.Ticks, now);
        hasOverrun = due - arrival > step.Ticks + Grid.Ticks;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_isDisposed)
            {
                return Task.CompletedTask;
            }

            _waiting.Enqueue(done, (due, arrival));
            _count = _waiting.Count;
            Start();
        }

        EngineMetrics.WaitingRefusals.Add(1);
        return done.Task;
    }

    /// <summary>Releases all refusals at once.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        _timer.Dispose();
        Release();
    }

    /// <summary>The first multiple of the step after the arrival that, rounded up to the grid, lies in the future.</summary>
    internal static long DueTime(long arrival, long step, long now)
    {
        var steps = Math.Max(1, (now - arrival) / step);
        var due = RoundUp(arrival + (steps * step));
        return due > now ? due : RoundUp(arrival + ((steps + 1) * step));
    }

    private static long RoundUp(long ticks) => (ticks + Grid.Ticks - 1) / Grid.Ticks * Grid.Ticks;

    private long Now() => _clock.GetElapsedTime(_start).Ticks;

    private void Start()
    {
        if (!_isRunning && !_isDisposed)
        {
            _isRunning = true;
            _timer.Change(Grid, Grid);
        }
    }

    private void Release()
    {
        List<TaskCompletionSource>? due = null;
        lock (_lock)
        {
            var now = Now();
            while (_waiting.TryPeek(out var next, out var at) && (at.Due <= now || _isDisposed))
            {
                _waiting.Dequeue();
                (due ??= []).Add(next);
            }

            _count = _waiting.Count;
            if (_count == 0 && now - Volatile.Read(ref _lastArrival) > IdleTime.Ticks && !_isDisposed)
            {
                _isRunning = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        if (due is not null)
        {
            EngineMetrics.WaitingRefusals.Add(-due.Count);
            due.ForEach(done => done.TrySetResult());
        }
    }
}
